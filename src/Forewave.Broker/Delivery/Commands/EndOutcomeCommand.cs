using Forewave.Broker.Delivery.Outcomes;
using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Commands;

/// <summary>Nobody waits any more for what becomes of a message.</summary>
internal sealed class EndOutcomeCommand(OutcomeWait wait) : IDeliveryCommand
{
    /// <inheritdoc/>
    public bool Run(DeliveryLoop loop)
    {
        loop.Outcomes.End(wait);
        return true;
    }

    /// <inheritdoc/>
    public void Refuse(DeliveryLoop loop, ErrorCode code) => wait.Refuse(code);
}
