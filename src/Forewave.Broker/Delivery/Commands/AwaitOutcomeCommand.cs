using Forewave.Broker.Delivery.Outcomes;
using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Commands;

/// <summary>Somebody waits for what becomes of a message, at most for a time.</summary>
internal sealed class AwaitOutcomeCommand(OutcomeWait wait, TimeSpan longest) : IDeliveryCommand
{
    /// <inheritdoc/>
    public bool Run(DeliveryLoop loop)
    {
        loop.Outcomes.Add(wait, longest);
        return true;
    }

    /// <inheritdoc/>
    public void Refuse(DeliveryLoop loop, ErrorCode code) => wait.Refuse(code);
}
