using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Commands;

/// <summary>What is switched off for consumers has changed: each group of the loop looks again.</summary>
internal sealed class ConsumeSwitchCommand : IDeliveryCommand
{
    /// <inheritdoc/>
    public bool Run(DeliveryLoop loop)
    {
        foreach (var group in loop.Queues.Groups)
            group.LookAtSwitch();
        return true;
    }

    /// <inheritdoc/>
    public void Refuse(DeliveryLoop loop, ErrorCode code)
    {
        // Nobody waits for it.
    }
}
