using System.Data.Common;
using Dapper;
using Forewave.Client;
using Forewave.Client.Producing;
using Forewave.Client.Transactions;
using Forewave.Protocol;
using Forewave.Samples.Databases;

namespace Forewave.Samples.Orders;

/// <summary>
/// By a transaction of the broker: the message is prepared there, the order is committed here, then the message. Where this program dies
/// in between, the broker asks the next instance what became of the order's part.
/// </summary>
internal sealed class TransactionIntake : IOrderIntake, IAsyncDisposable
{
    private readonly ServiceDatabase _database;
    private readonly Producer _producer;

    public TransactionIntake(ServiceDatabase database, ForewaveClient client)
    {
        _database = database;
        _producer = client.CreateProducer(new ProducerOptions
        {
            // The same for all instances: each answers for all.
            Name = new ProducerName("orders"),
            CheckBack = OutcomeOfAsync,
            // An order is taken in less than 2 s. One that takes longer is asked about, and may be rolled back: nothing breaks.
            CheckBackTiming = new CheckBackTiming { First = TimeSpan.FromSeconds(2), Interval = TimeSpan.FromSeconds(5) },
        });
    }

    public async Task TakeAsync(Order order, CancellationToken cancellation)
    {
        bool isTaken = false;
        try
        {
            await _producer.RunTransactionAsync(
                [new TransactionMessage(IOrderIntake.Queue, order.ToMessage())],
                async (id, token) =>
                {
                    await SaveAsync(order, id, token);
                    isTaken = true;
                },
                cancellation: cancellation);
        }
        catch (ForewaveException unknown) when (isTaken && unknown.Code == ErrorCode.OutcomeUnknown)
        {
            // The order is committed, and the broker did not answer: it will ask, and hear that the message has to come.
        }
    }

    public ValueTask DisposeAsync() => _producer.DisposeAsync();

    private async Task SaveAsync(Order order, TransactionId id, CancellationToken cancellation)
    {
        await using DbConnection connection = await _database.OpenAsync(cancellation);
        await using DbTransaction transaction = await connection.BeginTransactionAsync(cancellation);
        // Fails where the broker has asked meanwhile: then the answer was that this is rolled back.
        await connection.ExecuteAsync("INSERT INTO message_transactions (id, committed) VALUES (@Id, 1)", new { Id = id.ToString() }, transaction);
        await OrderTable.AddAsync(transaction, order);
        await transaction.CommitAsync(cancellation);
    }

    // What throws is unknown to the broker, which asks again.
    private async ValueTask<TransactionOutcome> OutcomeOfAsync(CheckBackQuestion question, CancellationToken cancellation)
    {
        var key = new { Id = question.Transaction.ToString() };
        await using DbConnection connection = await _database.OpenAsync(cancellation);
        // Whoever writes the id first has decided. One that is written and not committed yet is waited for.
        await connection.ExecuteAsync($"INSERT INTO message_transactions (id, committed) VALUES (@Id, 0) {_database.OrNothing("id")}", key);
        int committed = await connection.ExecuteScalarAsync<int>("SELECT committed FROM message_transactions WHERE id = @Id", key);
        return committed == 1 ? TransactionOutcome.Committed : TransactionOutcome.RolledBack;
    }
}
