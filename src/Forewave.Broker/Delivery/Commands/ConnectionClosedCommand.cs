using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Commands;

/// <summary>The connection of a subscription is gone: the subscription ends, its leases stay to time out.</summary>
internal sealed class ConnectionClosedCommand(Subscription subscription) : IDeliveryCommand
{
    /// <inheritdoc/>
    public bool Run(DeliveryLoop loop)
    {
        subscription.Group?.Attachment.Detach(subscription);
        subscription.End();
        return true;
    }

    /// <inheritdoc/>
    public void Refuse(DeliveryLoop loop, ErrorCode code) => subscription.End();
}
