namespace Forewave.Broker.Delivery;

/// <summary>When a message was last handed out that had just come, in any loop. Thread-safe.</summary>
internal sealed class LiveDeliveries
{
    private static readonly TimeSpan Remembered = TimeSpan.FromMilliseconds(50);

    private long _last;
    private volatile bool _any;

    /// <summary>There is one now.</summary>
    public void Note(TimeProvider time)
    {
        Volatile.Write(ref _last, time.GetTimestamp());
        _any = true;
    }

    /// <summary>There was one a moment ago.</summary>
    public bool Any(TimeProvider time) => _any && time.GetElapsedTime(Volatile.Read(ref _last)) < Remembered;
}
