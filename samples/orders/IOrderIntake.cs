using Forewave.Protocol;

namespace Forewave.Samples.Orders;

/// <summary>Takes an order and tells the stock service of it: both or neither.</summary>
internal interface IOrderIntake
{
    /// <summary>Where the stock service hears of orders.</summary>
    static readonly QueueName Queue = new("orders");

    /// <summary>Returns when the order is taken. What it throws means: perhaps it is; ask for its id.</summary>
    Task TakeAsync(Order order, CancellationToken cancellation);
}
