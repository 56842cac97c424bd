using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.Records;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Groups;

/// <summary>How consumers come to a group and go, and what becomes of their leases. For the loop alone.</summary>
internal sealed class ConsumerAttachment(GroupDelivery group)
{
    private ConsumerId? _active;
    private bool _toldSingle;

    /// <summary>
    /// Attaches a consumer: ends the subscription that its id had, sorts out its leases when it comes back. False: no room for a
    /// record; it may be called again.
    /// </summary>
    public bool Attach(Subscription subscription)
    {
        if (subscription.Returning && !TrySortOut(subscription))
            return false;
        var before = group.Subscriptions.Find(subscription.ConsumerId);
        group.Subscriptions.Add(subscription, before);
        // The answer tells it.
        subscription.ToldRole = group.Subscriptions.RoleOf(subscription);
        if (before is not null)
            TakeOver(before, subscription);
        var consumer = group.State.Cursor.Holds.Consumer(subscription.ConsumerId, subscription.ConsumerName);
        consumer.IsSubscribed = true;
        subscription.LeaseLength = subscription.VisibilityTimeout > TimeSpan.Zero
            ? subscription.VisibilityTimeout
            : group.State.Options.VisibilityTimeout;
        subscription.Group = group;
        group.Subscriptions.Note(subscription);
        NoteActive();
        group.HasDemand();
        return true;
    }

    private void TakeOver(Subscription before, Subscription subscription)
    {
        group.Loop.Log.ConsumerTakenOver(subscription.ConsumerName, group.State.Identity, subscription.Output.ConnectionId);
        Detach(before);
        before.End();
        SubscriptionFrames.WriteEnded(before, ErrorCode.SubscriptionEnded);
    }

    private bool TrySortOut(Subscription subscription)
    {
        if (!group.HasBands)
            return new ReturningConsumer(group, subscription).TrySortOut();
        return group.TryMakeParts() && group.Parts.All(part => new ReturningConsumer(part, subscription).TrySortOut());
    }

    /// <summary>Takes a consumer out; its leases stay.</summary>
    public void Detach(Subscription subscription)
    {
        if (!group.Subscriptions.Remove(subscription))
            return;
        subscription.Group = null;
        if (group.State.Cursor.Holds.Find(subscription.ConsumerId) is { } consumer)
        {
            consumer.IsSubscribed = false;
            group.State.Cursor.Holds.ForgetIfUnused(consumer);
        }
        NoteActive();
    }

    /// <summary>Options changed, or consumers came or went: says who gets everything, where one does.</summary>
    public void NoteActive()
    {
        TellRoles();
        var active = group.Subscriptions.Active?.ConsumerId;
        if (active == _active)
            return;
        bool tookOver = _active is not null && active is not null;
        _active = active;
        if (active is null)
            return;
        if (tookOver)
            group.Loop.Metrics.TookOver();
        group.Loop.Log.ConsumerActive(group.Subscriptions.Active!.ConsumerName, group.State.Identity);
        group.HasDemand();
    }

    /// <summary>Who has another role than it knows hears so. Where all share, and did before, nobody is looked at.</summary>
    private void TellRoles()
    {
        bool isSingle = group.Subscriptions.IsSingleActive;
        if (!isSingle && !_toldSingle)
            return;
        _toldSingle = isSingle;
        foreach (var subscription in group.Subscriptions.All)
        {
            var role = group.Subscriptions.RoleOf(subscription);
            if (role == subscription.ToldRole)
                continue;
            subscription.ToldRole = role;
            if (subscription.HearsRoles && !subscription.Ended)
                SubscriptionFrames.WriteRole(subscription);
        }
    }

    /// <summary>
    /// Where one consumer gets everything: another one still has messages. Until it has settled them or its leases ended
    /// nothing is handed out, so that no two work at once and offsets come in order.
    /// </summary>
    public bool WaitsForOthers => group.Subscriptions.Active is { } active
        && group.Parts.Any(part => LeaseWalk.AnyOfOthers(part.State.Cursor, active.ConsumerId));

    /// <summary>Releases every lease of a consumer in place. False: no room; it may be called again.</summary>
    public bool ReleaseAllOf(ConsumerId id) => group.Parts.All(part => part.Attachment.ReleaseOwnOf(id));

    private bool ReleaseOwnOf(ConsumerId id)
    {
        var runs = new List<RecordRun>();
        if (group.State.Cursor.Holds.Find(id) is { } consumer)
            LeaseWalk.Collect(group.State.Cursor, consumer, runs);
        return TryRelease(runs);
    }

    /// <summary>Releases runs in place. False: no room, nothing happened.</summary>
    public bool TryRelease(List<RecordRun> runs)
    {
        if (runs.Count == 0)
            return true;
        var payload = group.Loop.Payload;
        payload.Clear();
        int place = new SettledRecord { How = SettledHow.Release, Time = group.Loop.Now }.Write(payload);
        foreach (var run in runs)
            run.Write(payload, withPlace: false);
        payload.FillUInt32(place, (uint)runs.Count);
        if (!group.TryRecord(group.Draft(RecordType.Settled)))
            return false;
        group.HasDemand();
        return true;
    }
}
