using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Groups;

/// <summary>
/// The consumers of a group, and the turns of those who would take messages. Who would is noted as it changes, so that a group
/// with a thousand consumers costs no more than one with a few. For the loop alone.
/// </summary>
internal sealed class GroupSubscriptions
{
    private readonly List<Subscription> _all = [];
    private readonly Queue<Subscription> _turns = new();

    /// <summary>All of them.</summary>
    public IReadOnlyList<Subscription> All => _all;

    /// <summary>How many would take messages.</summary>
    public int HungryCount { get; private set; }

    /// <summary>One of them gets everything: the one that has been here longest.</summary>
    public bool IsSingleActive { get; private set; }

    /// <summary>The one that gets everything; null where all do, or where there is none.</summary>
    public Subscription? Active => IsSingleActive && _all.Count > 0 ? _all[0] : null;

    /// <summary>What one of them gets.</summary>
    public ConsumerRole RoleOf(Subscription subscription) =>
        !IsSingleActive ? ConsumerRole.Shared : subscription == Active ? ConsumerRole.Active : ConsumerRole.Passive;

    /// <summary>From now on one of them gets everything, or all do.</summary>
    public void SetSingleActive(bool isSingleActive)
    {
        if (isSingleActive == IsSingleActive)
            return;
        IsSingleActive = isSingleActive;
        foreach (var subscription in _all)
            Note(subscription);
    }

    /// <summary>The subscription of a consumer, or null.</summary>
    public Subscription? Find(ConsumerId consumer) => _all.Find(subscription => subscription.ConsumerId == consumer);

    /// <summary>Adds one.</summary>
    /// <param name="subscription">The one.</param>
    /// <param name="before">That of the same consumer on another connection, which it stands in for; null: there is none.</param>
    public void Add(Subscription subscription, Subscription? before)
    {
        _all.Insert(before is null ? _all.Count : _all.IndexOf(before), subscription);
        if (before is not null)
            Note(before);
        Note(subscription);
    }

    /// <summary>Takes one out; false: it is not in it.</summary>
    public bool Remove(Subscription subscription)
    {
        if (!_all.Remove(subscription))
            return false;
        Note(subscription, isHungry: false);
        if (Active is { } active)
            Note(active);
        return true;
    }

    /// <summary>Notes whether one would take messages now.</summary>
    public void Note(Subscription subscription) =>
        Note(subscription, subscription.IsHungry && (!IsSingleActive || subscription == Active));

    /// <summary>The next in turn that would take messages and whose connection takes them; null: there is none.</summary>
    public Subscription? Next(DeliveryLoop loop)
    {
        for (int left = _turns.Count; left > 0; left--)
        {
            var subscription = _turns.Dequeue();
            if (!subscription.Noted.IsCounted)
            {
                subscription.Noted = default;
                continue;
            }
            _turns.Enqueue(subscription);
            if (subscription.Output.IsClosed)
                continue;
            if (!subscription.Output.IsCongested)
                return subscription;
            loop.Queues.AddCongested(subscription);
        }
        return null;
    }

    private void Note(Subscription subscription, bool isHungry)
    {
        var (wasHungry, isListed) = subscription.Noted;
        if (isHungry == wasHungry)
            return;
        HungryCount += isHungry ? 1 : -1;
        if (isHungry && !isListed)
            _turns.Enqueue(subscription);
        subscription.Noted = (isHungry, isListed || isHungry);
    }
}
