using System.Data.Common;
using Forewave.Outbox;
using Forewave.Samples.Databases;

namespace Forewave.Samples.Orders;

/// <summary>By the outbox: the message is a row that is committed with the order, and the relay publishes it. Works without a broker too.</summary>
internal sealed class OutboxIntake(ServiceDatabase database, OutboxWriter outbox, OutboxRelay relay) : IOrderIntake
{
    public async Task TakeAsync(Order order, CancellationToken cancellation)
    {
        await using DbConnection connection = await database.OpenAsync(cancellation);
        await using DbTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        await OrderTable.AddAsync(transaction, order);
        await outbox.AddAsync(transaction, IOrderIntake.Queue, order.ToMessage(), cancellation);
        await transaction.CommitAsync(cancellation);
        relay.Wake();
    }
}
