namespace Forewave.Client.Producing;

/// <summary>
/// Where publishes wait for room, one behind the other: what a program published one after the other goes into the buffer in that
/// order, though it did not await each. Thread-safe. Costs something only when somebody waits. Who is cancelled leaves, and
/// nobody overtakes another by that.
/// </summary>
internal sealed class PublishLine
{
    private readonly Lock _lock = new();
    private Task _last = Task.CompletedTask;
    private int _waiting;

    /// <summary>Nobody waits: who comes now need not.</summary>
    public bool IsEmpty => Volatile.Read(ref _waiting) == 0;

    /// <summary>Waits behind those that wait already, then takes its turn; the next one's begins when it is over or has failed.</summary>
    public async Task PassAsync(Func<Task> turn, CancellationToken cancellation)
    {
        TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task before;
        lock (_lock)
        {
            before = _last;
            _last = over.Task;
            _waiting++;
        }

        try
        {
            await before.WaitAsync(cancellation).ConfigureAwait(false);
            await turn().ConfigureAwait(false);
        }
        finally
        {
            _ = LeaveAsync(before, over);
        }
    }

    private async Task LeaveAsync(Task before, TaskCompletionSource over)
    {
        await before.ConfigureAwait(false);
        lock (_lock)
        {
            _waiting--;
        }

        over.SetResult();
    }
}
