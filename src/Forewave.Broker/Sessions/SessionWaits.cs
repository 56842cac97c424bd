namespace Forewave.Broker.Sessions;

/// <summary>
/// Requests of one connection that wait for something to happen, each beside the others: none holds up another request. Bounded.
/// The end of the connection cancels them. <see cref="TryAdd"/> and <see cref="EndAsync"/> are for the read loop; a wait catches
/// what it throws: it has an answer to write.
/// </summary>
internal sealed class SessionWaits(int most)
{
    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // The connection itself counts as one until it ends.
    private int _count = 1;

    /// <summary>Starts a wait. False: there are as many as there may be.</summary>
    public bool TryAdd(Func<CancellationToken, Task> wait)
    {
        if (Interlocked.Increment(ref _count) > most + 1)
        {
            Left();
            return false;
        }
        _ = RunAsync(wait);
        return true;
    }

    /// <summary>Cancels what waits; completes when nothing does.</summary>
    public async Task EndAsync()
    {
        await _ended.CancelAsync();
        Left();
        await _idle.Task;
        _ended.Dispose();
    }

    private async Task RunAsync(Func<CancellationToken, Task> wait)
    {
        try
        {
            await wait(_ended.Token);
        }
        finally
        {
            Left();
        }
    }

    private void Left()
    {
        if (Interlocked.Decrement(ref _count) == 0)
            _idle.TrySetResult();
    }
}
