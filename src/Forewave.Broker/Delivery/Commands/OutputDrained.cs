using Forewave.Broker.Sessions;
using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Commands;

/// <summary>A connection that was congested takes messages again, or is gone.</summary>
internal sealed class OutputDrained(ISessionOutput output) : IDeliveryCommand
{
    /// <inheritdoc/>
    public bool Run(DeliveryLoop loop)
    {
        loop.Queues.Drained(output);
        return true;
    }

    /// <inheritdoc/>
    public void Refuse(DeliveryLoop loop, ErrorCode code)
    {
        // Nobody waits for it.
    }
}
