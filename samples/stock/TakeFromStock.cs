using System.Data.Common;
using Dapper;
using Forewave.Client.Consuming;
using Forewave.Outbox.Hosting;

namespace Forewave.Samples.Stock;

/// <summary>Takes an order's articles from the stock; once, for the message is recorded in the same transaction.</summary>
internal sealed class TakeFromStock : IInboxHandler<Order>
{
    public async ValueTask HandleAsync(Order value, ReceivedMessage message, DbTransaction transaction, CancellationToken cancellation)
    {
        DbConnection connection = transaction.Connection!;
        int articles = await connection.ExecuteAsync("UPDATE stock SET amount = amount - @Amount WHERE article = @Article", value, transaction);
        if (articles == 0)
        {
            throw new KeyNotFoundException($"There is no article '{value.Article}'.");
        }

        await connection.ExecuteAsync("INSERT INTO withdrawals (order_id, amount, article) VALUES (@Id, @Amount, @Article)", value, transaction);
    }
}
