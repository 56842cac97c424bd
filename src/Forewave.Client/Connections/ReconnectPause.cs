namespace Forewave.Client.Connections;

/// <summary>
/// How long to wait before connecting again: a random part of a bound that doubles with each round of addresses that failed.
/// So clients that lose a broker at the same moment do not come back at the same moment. Used by the link's loop.
/// </summary>
internal sealed class ReconnectPause(ForewaveClientOptions options, BrokerPlaces places)
{
    private const int MaxDoublings = 16;

    private readonly Lock _lock = new();
    private TaskCompletionSource _hurry = NewHurry();
    private int _attempts;

    /// <summary>Rounds of addresses that have failed since the last connection, or since there was another address to try.</summary>
    public int Round => Math.Min(_attempts / Math.Max(1, places.Count), MaxDoublings);

    /// <summary>There is a connection: the next pause is a short one.</summary>
    public void Reset() => _attempts = 0;

    /// <summary>There is another address to try: the pause under way is over, and the next ones are short again. Any thread.</summary>
    public void Hurry()
    {
        lock (_lock)
        {
            _attempts = 0;
            _hurry.TrySetResult();
        }
    }

    /// <summary>Waits; returns at once when it is cancelled.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellation)
    {
        Task hurry;
        lock (_lock)
        {
            hurry = _hurry.Task;
        }

        int doublings = Round;
        _attempts++;
        double boundMilliseconds = Math.Min(
            options.ReconnectDelay.TotalMilliseconds * (1 << doublings), options.MaxReconnectDelay.TotalMilliseconds);
        TimeSpan pause = TimeSpan.FromMilliseconds(boundMilliseconds * Random.Shared.NextDouble());
        try
        {
            await hurry.WaitAsync(pause, options.TimeProvider, cancellation).ConfigureAwait(false);
            lock (_lock)
            {
                _hurry = NewHurry();
            }

            // All that hear of it hear of it at the same moment.
            await Task.Delay(options.ReconnectDelay * (2 * Random.Shared.NextDouble()), options.TimeProvider, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // It is over.
        }
        catch (OperationCanceledException)
        {
            // The loop's condition sees it.
        }
    }

    private static TaskCompletionSource NewHurry() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
