using Forewave.Client.Producing;
using Forewave.Protocol;
using Forewave.Server.Http.Answers;
using Forewave.Server.Http.Requests;
using Forewave.Server.Http.Routing;
using Forewave.Server.Json;

namespace Forewave.Server.Http.Operations;

/// <summary>
/// Transactions that are not decided: looked at, and decided by an operator. A transaction has messages for several queues, so each of these needs its right on
/// all queues. Thread-safe.
/// </summary>
internal sealed class TransactionOperations(HttpLinks links)
{
    private const string One = "/v1/transactions/{id}";
    private static readonly CountRange Listed = new() { UnlessTold = 100, Most = Limits.MessagesPerFrame };

    /// <summary>The operations.</summary>
    public ApiOperation[] All =>
    [
        new() { Id = "listTransactions", Method = "GET", Path = "/v1/transactions", Right = ApiRight.Look, Run = ListAsync, Query = ["partition", "waiting", "producer", "max"] },
        new() { Id = "showTransaction", Method = "GET", Path = One, Right = ApiRight.Look, Run = ShowAsync },
        new() { Id = "listTransactionMessages", Method = "GET", Path = One + "/messages", Right = ApiRight.Look, Run = ListMessagesAsync, Query = ["max"] },
        new() { Id = "commitTransaction", Method = "POST", Path = One + "/commit", Right = ApiRight.Manage, Run = CommitAsync },
        new() { Id = "rollbackTransaction", Method = "POST", Path = One + "/rollback", Right = ApiRight.Manage, Run = RollBackAsync },
    ];

    private async Task ListAsync(ApiCall call)
    {
        int most = call.Query.Count("max", Listed);
        ProducerName? producer = null;
        if (call.Query.Text("producer") is { } text)
            producer = ProducerName.TryParse(text, out var name) ? name : throw FieldText.Wrong("producer", "the name of a producer");
        using var turn = links.Take(call.Partition);
        var transactions = turn.Broker.Transactions.ListAsync(call.Query.Flag("waiting"), producer, call.Gone);
        await JsonAnswer.WriteListAsync(call, "transactions", transactions.Take(most), TransactionJson.Write);
    }

    private async Task ShowAsync(ApiCall call)
    {
        using var turn = links.Take(null);
        var transaction = await turn.Broker.Transactions.ShowAsync(IdOf(call), call.Gone);
        await JsonAnswer.WriteAsync(call, writer => TransactionJson.Write(writer, transaction));
    }

    private async Task ListMessagesAsync(ApiCall call)
    {
        int most = call.Query.Count("max", Listed);
        using var turn = links.Take(null);
        var messages = turn.Broker.Transactions.ListMessagesAsync(IdOf(call), call.Gone);
        await JsonAnswer.WriteListAsync(call, "messages", messages.Take(most), TransactionJson.Write);
    }

    private async Task CommitAsync(ApiCall call)
    {
        using var turn = links.Take(null);
        await JsonAnswer.WriteCountAsync(call, await turn.Broker.Transactions.CommitAsync(IdOf(call), call.Gone));
    }

    private async Task RollBackAsync(ApiCall call)
    {
        using var turn = links.Take(null);
        await JsonAnswer.WriteCountAsync(call, await turn.Broker.Transactions.RollBackAsync(IdOf(call), call.Gone));
    }

    private static TransactionId IdOf(ApiCall call) =>
        TransactionId.TryParse(call["id"], out var id) ? id : throw FieldText.Wrong("id", "the id of a transaction, such as 0-0000100000000006");
}
