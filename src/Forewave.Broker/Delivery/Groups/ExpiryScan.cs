using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.Reading;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Delivery.Groups;

/// <summary>
/// Decides, as a frame is filled, whose time has passed, and keeps what is dropped for that until the frame's record is appended.
/// Where no message of a run has a time, and its queue gives none, that costs two comparisons for the run. For the loop alone.
/// </summary>
internal sealed class ExpiryScan(GroupDelivery group)
{
    /// <summary>Runs for one record: 96 KiB of it.</summary>
    private const int MaxRuns = 8_192;

    private const int MaxMessages = 20_000;

    private readonly List<OffsetSpan> _runs = [];
    private long _now;

    /// <summary>Something is dropped.</summary>
    public bool Any => _runs.Count > 0;

    /// <summary>More may be dropped.</summary>
    public bool HasRoom => _runs.Count < MaxRuns && Count < MaxMessages;

    /// <summary>How many messages are dropped.</summary>
    public int Count { get; private set; }

    /// <summary>Which, in the order in which they were met.</summary>
    public List<OffsetSpan> Runs => _runs;

    /// <summary>The group wants such messages as dead letters.</summary>
    public bool Buries => group.State.Options.OnExpired == ExpiredPolicy.DeadLetter;

    /// <summary>Begins a frame, or forgets it: nothing of it happened.</summary>
    public void Clear()
    {
        _runs.Clear();
        Count = 0;
        _now = 0;
    }

    /// <summary>Messages of a run have to be looked at.</summary>
    public bool Concerns(in RunView view) => (view.MayExpire || IsPast(view.ExpiryTime)) && group.Loop.Setting.Expires;

    /// <summary>The time of a message of such a run has passed.</summary>
    public bool IsOver(in RunView view, ReadOnlySpan<byte> message)
    {
        long own = view.MayExpire ? ExpiryReader.Read(message, view.PublishTime) : 0;
        return IsPast(own > 0 ? own : view.ExpiryTime);
    }

    /// <summary>How many messages at the front of such a run, so many at most, are over, or are not, like the first.</summary>
    public int LikeFirst(in RunView view, int most, out bool isOver)
    {
        var walk = new MessageRun(view.Messages.Span);
        isOver = walk.MoveNext() && IsOver(view, walk.Current);
        int count = 1;
        while (count < Math.Min(view.Count, most) && walk.MoveNext() && IsOver(view, walk.Current) == isOver)
            count++;
        return count;
    }

    /// <summary>Messages are dropped.</summary>
    public void Add(long first, int count)
    {
        Count += count;
        if (_runs.Count > 0 && _runs[^1] is var last && last.End == first)
            _runs[^1] = OffsetSpan.Of(last.First, (int)(first + count - last.First));
        else
            _runs.Add(OffsetSpan.Of(first, count));
    }

    private bool IsPast(long time)
    {
        if (time == 0)
            return false;
        if (_now == 0)
            _now = group.Loop.Now;
        return _now > time;
    }
}
