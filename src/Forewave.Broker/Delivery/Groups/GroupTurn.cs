using Forewave.Broker.Delivery.Reading;
using Forewave.Broker.Delivery.Records;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Groups;

/// <summary>
/// One turn of a group: up to some frames, each to the next consumer that wants messages. A frame takes redeliveries first, then
/// first deliveries in offset order, then redriven dead letters; what has to come from disk first is left for a later turn. The
/// record of a frame is appended before the frame is written. For the loop alone.
/// </summary>
internal sealed class GroupTurn(GroupDelivery group)
{
    private const int FramesPerTurn = 4;

    private readonly FrameFilling _filling = new(group);

    private enum Outcome
    {
        /// <summary>A frame was sent, or all that was looked at is held or expired.</summary>
        Sent,

        /// <summary>There is nothing to send now; whatever brings something wakes the group.</summary>
        Nothing,

        /// <summary>There may be something to send in another turn.</summary>
        Later,
    }

    /// <summary>Takes the turn. True: there is more to do.</summary>
    public bool Take()
    {
        if (!group.TryMakeParts() || !TryBury())
            return true;
        long hungry = group.Subscriptions.HungryCount;
        int most = group.ReadsFromDisk && group.Loop.CatchUp.IsPaced ? 1 : FramesPerTurn;
        for (int i = 0; i < most; i++)
        {
            long available = Available;
            long allowed = Allowed(available);
            if (allowed == 0 || group.Subscriptions.Next(group.Loop) is not { } subscription)
                return false;
            long share = Math.Max((Math.Min(available, allowed) + hungry - 1) / Math.Max(hungry, 1), 1);
            var outcome = group.HasBands ? DeliverHighest(subscription, share) : Deliver(subscription, share);
            if (outcome != Outcome.Sent)
                return outcome == Outcome.Later;
        }
        return true;
    }

    /// <summary>How many messages the group's options let out now; 0: none, whatever changes that wakes the group.</summary>
    private long Allowed(long available)
    {
        var options = group.State.Options;
        if (options.IsPaused || options.SingleActive && group.Attachment.WaitsForOthers)
            return 0;
        return options.Limit.IsNone ? long.MaxValue : available == 0 ? 0 : group.Pace.Allowance();
    }

    /// <summary>About how many messages could be handed out now.</summary>
    private long Available => group.HasBands ? group.Parts.Sum(static part => part.Turn._filling.Available) : _filling.Available;

    private bool TryBury() => group.HasBands ? group.Parts.All(static part => part.Burials.TryRun()) : group.Burials.TryRun();

    /// <summary>
    /// A frame has messages of one priority, the highest that there are messages of. What of that has to come from disk first
    /// holds up lower ones: they come after it.
    /// </summary>
    private Outcome DeliverHighest(Subscription subscription, long share)
    {
        foreach (var part in group.Parts)
        {
            var outcome = part.Turn.Deliver(subscription, share);
            if (outcome != Outcome.Nothing || part.IsReadingItself)
                return outcome;
        }
        return Outcome.Nothing;
    }

    private Outcome Deliver(Subscription subscription, long share)
    {
        var frame = group.Loop.Frame;
        frame.Begin(subscription, Demand.Of(subscription, share));
        bool more = _filling.Fill(frame, subscription);
        var outcome = more ? Outcome.Later : Outcome.Nothing;
        if (frame.IsEmpty && _filling.Notes.Any)
            outcome = Note();
        else if (!frame.IsEmpty)
            outcome = subscription.AtMostOnce ? SendTaken(frame, subscription) : SendLeased(frame, subscription);
        group.First.EndFrame();
        group.Again.EndFrame();
        group.Dead.EndFrame();
        frame.Clear();
        return outcome;
    }

    private Outcome SendLeased(DeliveryFrame frame, Subscription subscription)
    {
        var payload = group.Loop.Payload;
        payload.Clear();
        int place = new LeasedRecord
        {
            Kind = frame.IsRedriven ? LeaseKind.Redriven : LeaseKind.InOrder,
            Consumer = subscription.ConsumerId,
            ConsumerName = subscription.ConsumerName,
            Time = group.Loop.Now,
            VisibilityMilliseconds = (uint)subscription.LeaseLength.TotalMilliseconds,
            Epoch = group.Loop.Store.Epoch.Value,
        }.Write(payload);
        WriteRuns(frame, payload, place);
        if (frame.IsRedriven)
            return SendCommitted(frame, subscription, RecordType.Leased);
        if (!_filling.Notes.TryRecord(group.Draft(RecordType.Leased)))
            return PutBack();
        int frameBytes = frame.Write();
        frame.Spend();
        if (!group.ReadsFromDisk)
            group.Loop.Setting.Live.Note(group.Loop.Setting.Time);
        group.Main.Pace.Spend(frame.Messages);
        group.Loop.Wrote(subscription);
        group.Loop.Metrics.Delivered(frame, frameBytes);
        return Outcome.Sent;
    }

    /// <summary>At most once: the frame leaves when the record that settles its messages is committed.</summary>
    private Outcome SendTaken(DeliveryFrame frame, Subscription subscription)
    {
        var payload = group.Loop.Payload;
        payload.Clear();
        var how = frame.IsRedriven ? SettledHow.TakenRedriven : SettledHow.Taken;
        int place = new SettledRecord { How = how, Time = group.Loop.Now }.Write(payload);
        WriteRuns(frame, payload, place);
        return SendCommitted(frame, subscription, RecordType.Settled);
    }

    /// <summary>Appends what stands in the payload; the frame leaves when it is committed.</summary>
    private Outcome SendCommitted(DeliveryFrame frame, Subscription subscription, RecordType type)
    {
        var leased = type == RecordType.Leased ? frame.Runs.ToArray() : [];
        var awaiting = new AwaitingFrame(group.Loop, subscription, frame.ToBytes(), frame.Pull)
        {
            Messages = frame.Messages,
            MessageBytes = frame.MessageBytes,
            MayLeave = () => Array.TrueForAll(leased, run => group.State.Cursor.IsLeased(run.First, run.Attempt)),
        };
        if (!_filling.Notes.TryRecord(group.Draft(type, owner: awaiting)))
            return PutBack();
        frame.Spend();
        group.Main.Pace.Spend(frame.Messages);
        group.Loop.Metrics.Delivered(frame, awaiting.Bytes);
        return Outcome.Sent;
    }

    /// <summary>All that was looked at is held, and unsettled from now on, or expired.</summary>
    private Outcome Note() => _filling.Notes.TryRecord() ? Outcome.Sent : PutBack();

    private static void WriteRuns(DeliveryFrame frame, RecordWriter payload, int place)
    {
        foreach (var run in frame.Runs)
            run.Write(payload, frame.IsRedriven);
        payload.FillUInt32(place, (uint)frame.Runs.Count);
    }

    private Outcome PutBack()
    {
        _filling.PutBack();
        return Outcome.Later;
    }
}
