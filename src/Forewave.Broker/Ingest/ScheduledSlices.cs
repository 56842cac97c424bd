using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Scheduling.Pending;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Ingest;

/// <summary>
/// Divides a batch into records: one for each stretch of messages that are due together, or published with one priority. For one
/// batch at a time, one thread; reused.
/// </summary>
internal sealed class ScheduledSlices
{
    /// <summary>
    /// How long ago a time may be: as long as an SDK may have tried to deliver the message. It is due at once then.
    /// </summary>
    public static readonly TimeSpan LateArrival = TimeSpan.FromSeconds(30);

    [ThreadStatic]
    private static ScheduledSlices? _ofThread;

    private readonly List<ScheduledSlice> _slices = [];
    private uint _queue;
    private Timestamp _now;
    private int _endByte;

    /// <summary>The thread's own.</summary>
    public static ScheduledSlices OfThread => _ofThread ??= new ScheduledSlices();

    /// <summary>Begins a batch.</summary>
    /// <param name="queue">Number of its queue.</param>
    /// <param name="now">When it arrived: relative delays count from here.</param>
    /// <param name="before">Its messages so far, which are published at once, with the default priority.</param>
    /// <param name="beforeBytes">Their bytes.</param>
    public void Begin(uint queue, Timestamp now, int before, ByteCount beforeBytes)
    {
        _slices.Clear();
        _queue = queue;
        _now = now;
        _endByte = (int)beforeBytes.Value;
        if (before > 0)
            _slices.Add(new ScheduledSlice { Count = before, ByteCount = _endByte, Due = null });
    }

    /// <summary>Adds a message.</summary>
    /// <param name="message">The message, which is valid.</param>
    /// <param name="endByte">Where it ends in the batch.</param>
    /// <param name="problem">Why the batch is refused, where the result is false.</param>
    public bool TryAdd(in MessageView message, int endByte, out string? problem)
    {
        if (!TryDue(message, _now, out var due, out problem))
            return false;
        DueStamp? stamp = due is { } time ? DueStamp.Of(_queue, message.KeyCount > 0, time, _now) : null;
        int byteCount = endByte - _endByte;
        _endByte = endByte;
        var band = stamp is null ? PriorityBand.Of(message) : default;
        if (_slices.Count > 0 && _slices[^1] is var last && last.Due == stamp && last.Band == band)
            _slices[^1] = last with { Count = last.Count + 1, ByteCount = last.ByteCount + byteCount };
        else
            _slices.Add(new ScheduledSlice { Count = 1, ByteCount = byteCount, Due = stamp, Band = band });
        return true;
    }

    /// <summary>What was added.</summary>
    public ScheduledSlice[] Take() => [.. _slices];

    /// <summary>When a message is due; null: at once. False: not at such a time.</summary>
    public static bool TryDue(in MessageView view, Timestamp now, out Timestamp? due, out string? problem)
    {
        due = null;
        problem = null;
        if (view.DelayMilliseconds > 0)
            due = new Timestamp(now.UnixMilliseconds + view.DelayMilliseconds);
        else if (view.DeliverAtMilliseconds > 0)
            return TryTime(new Timestamp(view.DeliverAtMilliseconds), now, out due, out problem);
        return true;
    }

    /// <summary>Whether a message may be due at a time.</summary>
    public static bool TryTime(Timestamp time, Timestamp now, out Timestamp? due, out string? problem)
    {
        due = time.CompareTo(now) < 0 ? now : time;
        problem = null;
        if (time.CompareTo(now.Plus(-LateArrival)) < 0)
            problem = "deliver_at has passed";
        else if (time.CompareTo(now.Plus(Limits.MaxDelay)) > 0)
            problem = "deliver_at is more than 10 years ahead";
        return problem is null;
    }
}
