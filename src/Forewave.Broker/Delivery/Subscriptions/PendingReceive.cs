using Forewave.Broker.Delivery.Timing;

namespace Forewave.Broker.Delivery.Subscriptions;

/// <summary>One pull that waits for messages until its end. For the loop alone.</summary>
internal sealed class PendingReceive(Subscription subscription, ReceiveTerms terms) : IDue
{
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
        if (!Subscription.Receives.Remove(this))
            return;
        Answered = true;
        DeliveryFrame.WriteEmpty(Subscription, Terms.Correlation);
        loop.Wrote(Subscription);
    }
}
