using Forewave.Storage;

namespace Forewave.Broker.Deduplication;

/// <summary>
/// The clock of the windows. It goes by the monotonic clock, so that a jump of the wall clock ends no window early and none late;
/// across a restart by the wall clock, and never back. Thread-safe once it was started.
/// </summary>
internal sealed class IdClock
{
    private readonly TimeProvider _time;
    private IdTime _begin;
    private Timestamp _wallAtBegin;
    private long _ticksAtBegin;

    public IdClock(TimeProvider time)
    {
        _time = time;
        Restore(new IdTime(time.GetUtcNow().ToUnixTimeMilliseconds()), Timestamp.From(time.GetUtcNow()));
    }

    /// <summary>Now.</summary>
    public IdTime Now => new(_begin.Milliseconds + (long)_time.GetElapsedTime(_ticksAtBegin).TotalMilliseconds);

    /// <summary>The wall clock, for what <see cref="Restore"/> will be told.</summary>
    public Timestamp Wall => Timestamp.From(_time.GetUtcNow());

    /// <summary>Goes on from a moment before the restart: as much later as the wall clock says, and not before it.</summary>
    public void Restore(IdTime then, Timestamp wallThen)
    {
        long passed = Math.Max(0, Wall.UnixMilliseconds - wallThen.UnixMilliseconds);
        _wallAtBegin = new Timestamp(wallThen.UnixMilliseconds + passed);
        _begin = new IdTime(then.Milliseconds + passed);
        _ticksAtBegin = _time.GetTimestamp();
    }

    /// <summary>When a record was written, on this clock: of a record after the moment that was restored.</summary>
    public IdTime Of(Timestamp recorded)
    {
        long before = _wallAtBegin.UnixMilliseconds - recorded.UnixMilliseconds;
        return new IdTime(_begin.Milliseconds - Math.Max(0, before));
    }
}
