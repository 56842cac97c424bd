using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Commands;

/// <summary>
/// Attaches a subscription to its group, which is made if there is none; answered with Subscribed once the group is on stable
/// storage, or with an error. Goes through the loop several times where it has to wait in between.
/// </summary>
internal sealed class SubscribeCommand(Subscription subscription, CorrelationId correlation) : IDeliveryCommand, ICommitOwner
{
    private DeliveryLoop? _loop;
    private Task _search = Task.CompletedTask;
    private bool _searched;
    private StartSearch? _found;
    private StoreException? _searchFailure;
    private bool _committed;

    /// <inheritdoc/>
    public bool Run(DeliveryLoop loop)
    {
        _loop = loop;
        if (subscription.Ended)
            return Answer(ErrorCode.SubscriptionEnded);
        var queue = loop.Queues.Find(subscription.Queue.Id);
        if (queue is null || subscription.Queue.IsDeleted)
            return Answer(ErrorCode.QueueNotFound);
        var group = queue.Find(subscription.GroupName);
        if (group is null)
            return Make(loop, queue);
        if (subscription.Filter is { } wanted && wanted != group.State.Options.Filter)
            return Answer(ErrorCode.GroupFilterDiffers);
        if (!_committed && loop.Store.TryAwaitCommit(group.Made, this, 0))
            return true;
        if (!group.Attachment.Attach(subscription))
            return false;
        SubscriptionFrames.WriteSubscribed(subscription, correlation, group.State.Identity.Id);
        return true;
    }

    /// <inheritdoc/>
    public void Refuse(DeliveryLoop loop, ErrorCode code) => Answer(code);

    /// <inheritdoc/>
    void ICommitOwner.Committed(LogPosition first, long token)
    {
        _committed = true;
        _loop!.Post(this);
    }

    /// <inheritdoc/>
    void ICommitOwner.Lost(StoreException failure, long token) => Answer(failure.Error);

    private bool Make(DeliveryLoop loop, QueueDelivery queue)
    {
        if (queue.GroupCount >= Limits.GroupsPerQueue)
            return Answer(ErrorCode.TooManyGroups);
        if (subscription.Start.Kind == StartKind.Time && !_searched)
        {
            _searched = true;
            _search = SearchAsync(loop);
            return true;
        }
        if (_searchFailure is not null)
            return Answer(_searchFailure.Error);
        var options = GroupOptions.Default with { Filter = subscription.Filter ?? TagFilter.All };
        var group = queue.Make(subscription.GroupName, options, subscription.Start, _found);
        return group is not null && Run(loop);
    }

    private bool Answer(ErrorCode code)
    {
        subscription.End();
        subscription.Output.WriteError(correlation.Value, code);
        subscription.Output.Flush();
        return true;
    }

    /// <summary>Looks for the offset of a time and comes back to the loop.</summary>
    private async Task SearchAsync(DeliveryLoop loop)
    {
        try
        {
            var time = new Timestamp(subscription.Start.Value);
            _found = await StartSearch.RunAsync(loop.Store, subscription.Queue.Id, time);
        }
        catch (StoreException failure)
        {
            _searchFailure = failure;
        }
        loop.Post(this);
    }
}
