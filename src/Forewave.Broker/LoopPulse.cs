namespace Forewave.Broker;

/// <summary>When a loop last showed that it goes on. One loop writes, anybody reads.</summary>
internal sealed class LoopPulse
{
    private readonly TimeProvider _time;
    private long _last;

    public LoopPulse(TimeProvider time)
    {
        _time = time;
        _last = time.GetTimestamp();
    }

    /// <summary>How long ago that was.</summary>
    public TimeSpan Age => _time.GetElapsedTime(Volatile.Read(ref _last));

    /// <summary>The loop goes on.</summary>
    public void Beat() => Volatile.Write(ref _last, _time.GetTimestamp());
}
