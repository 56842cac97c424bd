namespace Forewave.Outbox.Relaying;

/// <summary>Ends a relay's rest. Thread-safe; costs nothing while nobody rests.</summary>
internal sealed class RelayWake
{
    private readonly SemaphoreSlim _set = new(0, 1);

    /// <summary>There is something to do.</summary>
    public void Set()
    {
        lock (_set)
        {
            if (_set.CurrentCount == 0)
            {
                _set.Release();
            }
        }
    }

    /// <summary>Waits for that, at most so long.</summary>
    public async ValueTask WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellation)
    {
        using CancellationTokenSource over = new(longest, time);
        using CancellationTokenSource any = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellation);
        await _set.WaitAsync(any.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
