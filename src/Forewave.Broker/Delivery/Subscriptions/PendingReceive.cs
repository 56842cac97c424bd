using Forewave.Broker.Delivery.Timing;

namespace Forewave.Broker.Delivery.Subscriptions;

/// <summary>One pull that waits for messages until its end. For the loop alone.</summary>
internal sealed class PendingReceive(Subscription subscription, ReceiveTerms terms) : IDue
{
    private const int MaxPatience = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    private int _patience;

    /// <summary>Who asks.</summary>
    public Subscription Subscription { get; } = subscription;

    /// <summary>For what.</summary>
    public ReceiveTerms Terms { get; } = terms;

    /// <summary>It has its answer.</summary>
    public bool Answered { get; set; }

    /// <inheritdoc/>
    public bool IsPending(DueToken token) => !Answered;

    /// <inheritdoc/>
    public void Due(DueToken token, DeliveryLoop loop)
    {
        // Messages that are being read from disk, that wait for their group's next turn, or whose leases find no room in the log
        // for a moment, count as there: a pull without a wait would else see none.
        bool mayGetSome = Subscription.Group is { MayHaveSome: true } || !loop.HasStoreRoom;
        if (mayGetSome && _patience++ < MaxPatience)
        {
            loop.Deadlines.Add(this, default, loop.Deadlines.In(Patience));
            return;
        }
        if (!Subscription.Receives.Remove(this))
            return;
        Answered = true;
        DeliveryFrame.WriteEmpty(Subscription, Terms.Correlation);
        loop.Wrote(Subscription);
    }
}
