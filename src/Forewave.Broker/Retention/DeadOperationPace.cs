namespace Forewave.Broker.Retention;

/// <summary>How fast one operation on dead letters may go, on the monotonic clock. For its loop alone.</summary>
internal sealed class DeadOperationPace(TimeProvider time, double rate)
{
    private readonly long _begun = time.GetTimestamp();
    private long _messages;
    private long _restedAt;
    private TimeSpan _rest;

    /// <summary>How long it has to wait; zero: it may go on.</summary>
    public TimeSpan Wait
    {
        get
        {
            var ahead = rate > 0 ? TimeSpan.FromSeconds(_messages / rate) - time.GetElapsedTime(_begun) : TimeSpan.Zero;
            var rest = _rest - time.GetElapsedTime(_restedAt);
            var wait = ahead > rest ? ahead : rest;
            // What is less than a timer can do would ring early and twice.
            return wait <= TimeSpan.Zero ? TimeSpan.Zero : TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
        }
    }

    /// <summary>So many messages were touched.</summary>
    public void Touched(long messages) => _messages += messages;

    /// <summary>It does not go on for a while.</summary>
    public void Rest(TimeSpan rest)
    {
        _restedAt = time.GetTimestamp();
        _rest = rest;
    }
}
