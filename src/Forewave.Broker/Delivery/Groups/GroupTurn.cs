using Forewave.Broker.Delivery.Records;
using Forewave.Broker.Delivery.Replays;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Groups;

/// <summary>
/// One turn of a group: up to some frames, each to the next consumer that wants messages. A frame takes redeliveries first, then
/// first deliveries in offset order, then redriven dead letters; what has to come from disk first is left for a later turn. The
/// record of a frame is appended before the frame is written. For the loop alone.
/// </summary>
internal sealed class GroupTurn
{
    private const int FramesPerTurn = 4;

    private readonly GroupDelivery _group;
    private readonly FrameFilling _filling;
    private readonly ReplayFilling _replaying;

    /// <summary>Makes it for a group.</summary>
    public GroupTurn(GroupDelivery group)
    {
        _group = group;
        _filling = new FrameFilling(group);
        _replaying = new ReplayFilling(group, _filling);
    }

    private enum Outcome
    {
        /// <summary>A frame was sent, or all that was looked at is held or expired.</summary>
        Sent,

        /// <summary>There is nothing to send now; whatever brings something wakes the _group.</summary>
        Nothing,

        /// <summary>There may be something to send in another turn.</summary>
        Later,
    }

    /// <summary>Takes the turn. True: there is more to do.</summary>
    public bool Take()
    {
        if (!_group.TryMakeParts() || !TryBury())
            return true;
        long hungry = _group.Subscriptions.HungryCount;
        int most = _group.ReadsFromDisk && _group.Loop.CatchUp.IsPaced ? 1 : FramesPerTurn;
        for (int i = 0; i < most; i++)
        {
            long available = Available;
            long allowed = Allowed(available);
            if (allowed == 0 || _group.Subscriptions.Next(_group.Loop) is not { } subscription)
                return false;
            long share = Math.Max((Math.Min(available, allowed) + hungry - 1) / Math.Max(hungry, 1), 1);
            var outcome = _group.HasBands ? DeliverHighest(subscription, share) : Deliver(subscription, share);
            if (outcome == Outcome.Nothing && !_group.IsReading && NextReplay() is { } replaying)
                outcome = replaying.Replay(subscription, share);
            if (outcome != Outcome.Sent)
                return outcome == Outcome.Later;
        }
        return true;
    }

    /// <summary>How many messages the group's options let out now; 0: none, whatever changes that wakes the _group.</summary>
    private long Allowed(long available)
    {
        var options = _group.State.Options;
        if (_group.IsPaused || options.SingleActive && _group.Attachment.WaitsForOthers)
            return 0;
        return options.Limit.IsNone ? long.MaxValue : available == 0 ? 0 : _group.Pace.Allowance();
    }

    /// <summary>About how many messages could be handed out now.</summary>
    private long Available => _group.HasBands ? _group.Parts.Sum(static part => part.Turn.OwnAvailable) : OwnAvailable;

    private long OwnAvailable => _filling.Available + _replaying.Left;

    private bool TryBury() => _group.HasBands ? _group.Parts.All(static part => part.Burials.TryRun()) : _group.Burials.TryRun();

    /// <summary>
    /// A frame has messages of one priority, the highest that there are messages of. What of that has to come from disk first
    /// holds up lower ones: they come after it.
    /// </summary>
    private Outcome DeliverHighest(Subscription subscription, long share)
    {
        foreach (var part in _group.Parts)
        {
            var outcome = part.Turn.Deliver(subscription, share);
            if (outcome != Outcome.Nothing || part.IsReadingItself)
                return outcome;
        }
        return Outcome.Nothing;
    }

    private Outcome Deliver(Subscription subscription, long share)
    {
        var frame = _group.Loop.Frame;
        frame.Begin(subscription, Demand.Of(subscription, share));
        bool more = _filling.Fill(frame, subscription);
        return Send(frame, subscription, more);
    }

    /// <summary>The turn of the part whose replay goes on now: the highest priority first. Null: there is none, or it waits for its pace.</summary>
    private GroupTurn? NextReplay()
    {
        if (!_group.HasBands)
            return _replaying.IsRunning ? this : null;
        return _group.Parts.FirstOrDefault(static part => part.Turn._replaying.IsRunning)?.Turn;
    }

    /// <summary>Hands out what comes once more: there is nothing else to hand out.</summary>
    private Outcome Replay(Subscription subscription, long share)
    {
        var pace = _group.Main.ReplayPace;
        double rate = _group.State.Replay!.Rate;
        long allowed = pace.Allowance(rate);
        if (allowed == 0)
            return Outcome.Nothing;
        var frame = _group.Loop.Frame;
        frame.Begin(subscription, Demand.Of(subscription, Math.Min(share, allowed)));
        bool more = _replaying.Fill(frame, subscription);
        int messages = frame.Messages;
        var outcome = Send(frame, subscription, more);
        if (outcome == Outcome.Sent)
            pace.Spend(messages, _replaying.Bytes, rate);
        return outcome;
    }

    private Outcome Send(DeliveryFrame frame, Subscription subscription, bool more)
    {
        var outcome = more ? Outcome.Later : Outcome.Nothing;
        if (frame.IsEmpty && _filling.Notes.Any)
            outcome = Note();
        else if (!frame.IsEmpty)
            outcome = subscription.AtMostOnce ? SendTaken(frame, subscription) : SendLeased(frame, subscription);
        _group.First.EndFrame();
        _group.Again.EndFrame();
        _group.Dead.EndFrame();
        _group.Replayed.EndFrame();
        frame.Clear();
        return outcome;
    }

    private Outcome SendLeased(DeliveryFrame frame, Subscription subscription)
    {
        var payload = _group.Loop.Payload;
        payload.Clear();
        bool isReplayed = _filling.Notes.Replayed is not null;
        int place = new LeasedRecord
        {
            Kind = frame.IsRedriven ? LeaseKind.Redriven : isReplayed ? LeaseKind.Replayed : LeaseKind.InOrder,
            Consumer = subscription.ConsumerId,
            ConsumerName = subscription.ConsumerName,
            Time = _group.Loop.Now,
            VisibilityMilliseconds = (uint)subscription.LeaseLength.TotalMilliseconds,
            Epoch = _group.Loop.Store.Epoch.Value,
        }.Write(payload);
        WriteRuns(frame, payload, place);
        // Below the read offset a lost record leaves no trace of the lease: a handle of it could settle nothing. Of a redriven message's
        // later attempts it leaves one, but none that tells them from those before its death.
        if (frame.IsRedriven || frame.HasRedrivenAgain || isReplayed)
            return SendCommitted(frame, subscription, RecordType.Leased);
        if (!_filling.Notes.TryRecord(_group.Draft(RecordType.Leased)))
            return PutBack();
        int frameBytes = frame.Write();
        frame.Spend();
        if (!_group.ReadsFromDisk)
            _group.Loop.Setting.Live.Note(_group.Loop.Setting.Time);
        _group.Main.Pace.Spend(frame.Messages);
        _group.Loop.Wrote(subscription);
        _group.Loop.Metrics.Delivered(frame, frameBytes);
        return Outcome.Sent;
    }

    /// <summary>At most once: the frame leaves when the record that settles its messages is committed.</summary>
    private Outcome SendTaken(DeliveryFrame frame, Subscription subscription)
    {
        var payload = _group.Loop.Payload;
        payload.Clear();
        var how = frame.IsRedriven ? SettledHow.TakenRedriven : SettledHow.Taken;
        int place = new SettledRecord { How = how, Time = _group.Loop.Now }.Write(payload);
        WriteRuns(frame, payload, place);
        return SendCommitted(frame, subscription, RecordType.Settled);
    }

    /// <summary>Appends what stands in the payload; the frame leaves when it is committed.</summary>
    private Outcome SendCommitted(DeliveryFrame frame, Subscription subscription, RecordType type)
    {
        bool isLeased = type == RecordType.Leased;
        var awaiting = new AwaitingFrame(_group.Loop, subscription, frame.ToBytes(), frame.Pull)
        {
            Messages = frame.Messages,
            MessageBytes = frame.MessageBytes,
            Leaser = isLeased ? _group : null,
            Leased = isLeased ? [.. frame.Runs] : [],
        };
        if (!_filling.Notes.TryRecord(_group.Draft(type, owner: awaiting)))
            return PutBack();
        if (isLeased)
            _group.Awaits(awaiting);
        frame.Spend();
        _group.Main.Pace.Spend(frame.Messages);
        _group.Loop.Metrics.Delivered(frame, awaiting.Bytes);
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
