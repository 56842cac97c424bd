using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.Records;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Groups;

/// <summary>
/// Sorts out the leases of a consumer that comes back: what it still holds stays its own, even where a crash lost the record of
/// it; the rest never reached it, or it gave it up, and is released in place. What would be more than the group may have unsettled is
/// not taken over: it stays to be handed out, and the handles of it are good for as long as nobody else has it. For the loop alone.
/// </summary>
internal sealed class ReturningConsumer(GroupDelivery group, Subscription subscription)
{
    private readonly HeldLeases _held = new(subscription.Held.Span, group.Queue.Band);

    /// <summary>Stands for a consumer that is known by a handle alone.</summary>
    public static ConsumerId Unknown { get; } = new(UInt128.One);

    /// <summary>Does it. False: no room for a record; it may be called again.</summary>
    public bool TrySortOut() => TryAdopt() && group.Attachment.TryRelease(NotHeld());

    private List<RecordRun> NotHeld()
    {
        var leased = new List<RecordRun>();
        if (group.State.Cursor.Holds.Find(subscription.ConsumerId) is { } consumer)
            LeaseWalk.Collect(group.State.Cursor, consumer, leased);
        var rest = new List<RecordRun>();
        foreach (var run in leased)
            _held.CollectGaps(run, rest);
        return rest;
    }

    private bool TryAdopt()
    {
        var runs = new List<RecordRun>();
        var cursor = group.State.Cursor;
        int mayHave = Math.Max(group.Loop.Setting.MaxUnsettled - cursor.Unsettled, 0);
        foreach (var held in _held.In(new OffsetSpan { First = cursor.ReadOffset, End = group.Queue.End }))
        {
            for (long offset = held.First; offset < held.End && mayHave > 0 && runs.Count < Limits.MessagesPerFrame; offset++)
            {
                if (!cursor.WasNeverHandedOut(offset) || cursor.Recalled.IsOver(offset, held.Attempt))
                    continue;
                Append(runs, offset, held.Attempt);
                mayHave--;
            }
        }
        if (runs.Count == 0)
            return true;
        var payload = group.Loop.Payload;
        payload.Clear();
        int place = new LeasedRecord
        {
            Kind = LeaseKind.Adopted,
            Consumer = subscription.ConsumerId,
            ConsumerName = subscription.ConsumerName,
            Time = group.Loop.Now,
            VisibilityMilliseconds = (uint)group.State.Options.VisibilityTimeout.TotalMilliseconds,
            Epoch = 0,
        }.Write(payload);
        foreach (var run in runs)
            run.Write(payload, withPlace: false);
        payload.FillUInt32(place, (uint)runs.Count);
        return group.TryRecord(group.Draft(RecordType.Leased));
    }

    private static void Append(List<RecordRun> runs, long offset, uint attempt)
    {
        if (runs.Count > 0 && runs[^1] is var last && last.End == offset && last.Attempt == attempt)
            runs[^1] = last with { Count = last.Count + 1 };
        else
            runs.Add(new RecordRun(offset, 1, attempt));
    }
}
