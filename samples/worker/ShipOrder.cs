using Forewave.Client.Consuming;
using Forewave.Client.Hosting;

namespace Forewave.Samples.Worker;

/// <summary>Made anew for each order, in a scope of its own.</summary>
internal sealed class ShipOrder(ILogger<ShipOrder> logger) : IMessageHandler<Order>
{
    public ValueTask HandleAsync(Order value, ReceivedMessage message, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value.Number);
        logger.LogInformation("Order {Number} for {Customer} is on its way", value.Number, value.Customer);
        return ValueTask.CompletedTask;
    }
}
