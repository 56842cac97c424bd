namespace Forewave.Client.Connections;

/// <summary>
/// How long to wait before connecting again: a random part of a bound that doubles with each round of addresses that failed.
/// So clients that lose a broker at the same moment do not come back at the same moment. Used by the link's loop.
/// </summary>
internal sealed class ReconnectPause(ForewaveClientOptions options, int addresses)
{
    private int _attempts;

    /// <summary>There is a connection: the next pause is a short one.</summary>
    public void Reset() => _attempts = 0;

    /// <summary>Waits; returns at once when it is cancelled.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellation)
    {
        int doublings = Math.Min(_attempts++ / Math.Max(1, addresses), 16);
        double boundMilliseconds = Math.Min(
            options.ReconnectDelay.TotalMilliseconds * (1 << doublings), options.MaxReconnectDelay.TotalMilliseconds);
        TimeSpan pause = TimeSpan.FromMilliseconds(boundMilliseconds * Random.Shared.NextDouble());
        try
        {
            await Task.Delay(pause, options.TimeProvider, cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The loop's condition sees it.
        }
    }
}
