using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Commands;

/// <summary>One pull: answered with one Delivery as soon as there is a message, or an empty one at its end.</summary>
internal sealed class ReceiveCommand(Subscription subscription, ReceiveTerms terms) : IDeliveryCommand
{
    /// <inheritdoc/>
    public bool Run(DeliveryLoop loop)
    {
        if (subscription.Ended)
        {
            Refuse(loop, ErrorCode.SubscriptionEnded);
            return true;
        }
        var receive = new PendingReceive(subscription, terms);
        subscription.Receives.Add(receive);
        loop.Deadlines.Add(receive, default, loop.Deadlines.In(terms.Wait));
        subscription.Group?.HasDemand();
        return true;
    }

    /// <inheritdoc/>
    public void Refuse(DeliveryLoop loop, ErrorCode code)
    {
        subscription.Output.WriteError(terms.Correlation.Value, code);
        subscription.Output.Flush();
    }
}
