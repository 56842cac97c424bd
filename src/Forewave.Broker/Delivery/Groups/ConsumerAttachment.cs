using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.Records;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Groups;

/// <summary>How consumers come to a group and go, and what becomes of their leases. For the loop alone.</summary>
internal sealed class ConsumerAttachment(GroupDelivery group)
{
    /// <summary>
    /// Attaches a consumer: ends the subscription that its id had, sorts out its leases when it comes back. False: no room for a
    /// record; it may be called again.
    /// </summary>
    public bool Attach(Subscription subscription)
    {
        if (group.Subscriptions.Find(subscription.ConsumerId) is { } before)
        {
            group.Loop.Log.ConsumerTakenOver(subscription.ConsumerName, group.State.Identity, subscription.Output.ConnectionId);
            Detach(before);
            before.End();
            SubscriptionFrames.WriteEnded(before, ErrorCode.SubscriptionEnded);
        }
        if (subscription.Returning && !TrySortOut(subscription))
            return false;
        var consumer = group.State.Cursor.Holds.Consumer(subscription.ConsumerId, subscription.ConsumerName);
        consumer.IsSubscribed = true;
        subscription.LeaseLength = subscription.VisibilityTimeout > TimeSpan.Zero
            ? subscription.VisibilityTimeout
            : group.State.Options.VisibilityTimeout;
        subscription.Group = group;
        group.Subscriptions.Add(subscription);
        group.HasDemand();
        return true;
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
    }

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
