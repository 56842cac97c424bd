namespace Forewave.Broker.Delivery.Subscriptions;

/// <summary>The pulls of one subscription that have no answer yet, oldest first. For the loop alone.</summary>
internal sealed class PendingReceives(Subscription subscription)
{
    private readonly List<PendingReceive> _pending = [];

    /// <summary>There is one.</summary>
    public bool Any => _pending.Count > 0;

    /// <summary>The oldest.</summary>
    public PendingReceive First => _pending[0];

    /// <summary>Adds the newest.</summary>
    public void Add(PendingReceive receive)
    {
        _pending.Add(receive);
        subscription.AppetiteChanged();
    }

    /// <summary>Takes one out; false when it was answered before.</summary>
    public bool Remove(PendingReceive receive)
    {
        bool removed = _pending.Remove(receive);
        subscription.AppetiteChanged();
        return removed;
    }
}
