using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Groups;

/// <summary>The consumers of a group in the order of their turns. For the loop alone.</summary>
internal sealed class GroupSubscriptions
{
    private readonly List<Subscription> _all = [];
    private int _next;

    /// <summary>All of them.</summary>
    public IReadOnlyList<Subscription> All => _all;

    /// <summary>One of them would take messages.</summary>
    public bool AnyHungry => HungryCount(1) > 0;

    /// <summary>The subscription of a consumer, or null.</summary>
    public Subscription? Find(ConsumerId consumer) => _all.Find(subscription => subscription.ConsumerId == consumer);

    /// <summary>Adds one.</summary>
    public void Add(Subscription subscription) => _all.Add(subscription);

    /// <summary>Takes one out; false: it is not in it.</summary>
    public bool Remove(Subscription subscription)
    {
        int index = _all.IndexOf(subscription);
        if (index < 0)
            return false;
        _all.RemoveAt(index);
        if (_next > index)
            _next--;
        return true;
    }

    /// <summary>How many would take messages, counted up to a bound.</summary>
    public int HungryCount(int atMost)
    {
        int count = 0;
        foreach (var subscription in _all)
        {
            if (subscription.IsHungry && ++count >= atMost)
                break;
        }
        return count;
    }

    /// <summary>The next in turn that would take messages and whose connection takes them; null: there is none.</summary>
    public Subscription? Next(DeliveryLoop loop)
    {
        for (int i = 0; i < _all.Count; i++)
        {
            _next = _next >= _all.Count ? 0 : _next;
            var subscription = _all[_next++];
            if (!subscription.IsHungry || subscription.Output.IsClosed)
                continue;
            if (!subscription.Output.IsCongested)
                return subscription;
            loop.Queues.AddCongested(subscription);
        }
        return null;
    }
}
