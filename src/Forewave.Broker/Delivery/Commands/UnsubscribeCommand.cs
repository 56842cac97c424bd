using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Commands;

/// <summary>Ends a subscription; its leases are released in place, or time out.</summary>
internal sealed class UnsubscribeCommand(Subscription subscription, CorrelationId correlation, bool release) : IDeliveryCommand
{
    /// <inheritdoc/>
    public bool Run(DeliveryLoop loop)
    {
        if (release && subscription.Group is { } group && !group.Attachment.ReleaseAllOf(subscription.ConsumerId))
            return false;
        subscription.Group?.Attachment.Detach(subscription);
        subscription.End();
        SubscriptionFrames.WriteUnsubscribed(subscription, correlation);
        return true;
    }

    /// <inheritdoc/>
    public void Refuse(DeliveryLoop loop, ErrorCode code)
    {
        subscription.End();
        subscription.Output.WriteError(correlation.Value, code);
        subscription.Output.Flush();
    }
}
