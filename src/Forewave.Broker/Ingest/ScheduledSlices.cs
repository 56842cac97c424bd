using Forewave.Broker.Scheduling.Pending;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Ingest;

/// <summary>Divides a batch with scheduled messages into records: one for each stretch of messages that are due together.</summary>
internal static class ScheduledSlices
{
    /// <summary>
    /// How long ago a time may be: as long as an SDK may have tried to deliver the message. It is due at once then.
    /// </summary>
    public static readonly TimeSpan LateArrival = TimeSpan.FromSeconds(30);

    /// <summary>Divides a batch of valid messages.</summary>
    /// <param name="queue">Number of their queue.</param>
    /// <param name="messages">The run of messages.</param>
    /// <param name="now">When they arrived: relative delays count from here.</param>
    /// <param name="problem">Why the batch is refused, when the result is null.</param>
    public static ScheduledSlice[]? Of(uint queue, ReadOnlySpan<byte> messages, Timestamp now, out string? problem)
    {
        problem = null;
        List<ScheduledSlice> slices = [];
        var run = new MessageRun(messages);
        int from = 0;
        while (run.MoveNext())
        {
            MessageReader.TryRead(run.Current, out var view, out _);
            if (!TryDue(view, now, out var due, out problem))
                return null;
            DueStamp? stamp = due is { } time ? DueStamp.Of(queue, time, now) : null;
            int byteCount = run.Position - from;
            from = run.Position;
            if (slices.Count > 0 && slices[^1].Due == stamp)
                slices[^1] = slices[^1] with { Count = slices[^1].Count + 1, ByteCount = slices[^1].ByteCount + byteCount };
            else
                slices.Add(new ScheduledSlice { Count = 1, ByteCount = byteCount, Due = stamp });
        }
        return [.. slices];
    }

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
