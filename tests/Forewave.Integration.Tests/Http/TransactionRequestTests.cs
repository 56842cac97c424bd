using System.Text.Json;
using Forewave.Client;
using Forewave.Client.Producing;
using Forewave.Client.Transactions;
using Forewave.Protocol;

namespace Forewave.Integration.Tests.Http;

/// <summary>Operators look at transactions over HTTP, and decide them.</summary>
[Trait("Suite", "scenario")]
public sealed class TransactionRequestTests(HttpBroker http) : IClassFixture<HttpBroker>
{
    private static readonly QueueName Orders = new("orders");
    private static readonly QueueName Stock = new("stock");

    [Theory]
    [InlineData("commit", "rollback", 2)]
    [InlineData("rollback", "commit", 0)]
    public async Task Open_transaction_is_listed_shown_and_decided(string decision, string other, int stored)
    {
        await using ForewaveClient client = new(new ForewaveClientOptions { Connector = http.Broker.ConnectAsync });
        ProducerName shop = new($"shop-{decision}");
        await using var producer = client.CreateProducer(new ProducerOptions { Name = shop, CheckBack = static (_, _) => ValueTask.FromResult(TransactionOutcome.Unknown) });
        await using var transaction = await producer.BeginTransactionAsync();
        QueueName orders = new($"{Orders}-{decision}");
        await transaction.PublishAsync(orders, new Message("order 17"u8.ToArray()));
        await transaction.PublishAsync(Stock, new Message(new byte[] { 0xFF, 0x00 }));

        var (_, listed) = await http.AskAsync("GET", $"/v1/transactions?producer={shop}");
        var (_, waiting) = await http.AskAsync("GET", "/v1/transactions?waiting=true");
        var (_, shown) = await http.AskAsync("GET", $"/v1/transactions/{transaction.Id}");
        var (_, messages) = await http.AskAsync("GET", $"/v1/transactions/{transaction.Id}/messages");
        var decided = await http.AskAsync("POST", $"/v1/transactions/{transaction.Id}/{decision}");
        var again = await http.AskAsync("POST", $"/v1/transactions/{transaction.Id}/{decision}");
        var opposite = await http.AskAsync("POST", $"/v1/transactions/{transaction.Id}/{other}");

        var one = Assert.Single(listed.GetProperty("transactions").EnumerateArray());
        Assert.Equal(JsonSerializer.Serialize(one), JsonSerializer.Serialize(shown));
        Assert.Equal((transaction.Id.ToString(), 2, false), (Text(shown, "transactionId"), shown.GetProperty("messages").GetInt32(), shown.GetProperty("waiting").GetBoolean()));
        Assert.Empty(waiting.GetProperty("transactions").EnumerateArray());
        var bodies = messages.GetProperty("messages").EnumerateArray().ToList();
        Assert.Equal([("order 17", orders.Value), ("/wA=", Stock.Value)], bodies.Select(body => (BodyOf(body), Text(body, "queue"))));
        Assert.Equal((200, 2), (decided.Status, decided.Answer.GetProperty("messages").GetInt32()));
        Assert.Equal((200, 2), (again.Status, again.Answer.GetProperty("messages").GetInt32()));
        Assert.Equal((uint)ErrorCode.TransactionDecided, opposite.Answer.GetProperty("number").GetUInt32());
        var (_, received) = await http.AskAsync("POST", $"/v1/queues/{orders}/groups/g/receive?max=2&wait={(stored > 0 ? "20s" : "0s")}");
        Assert.Equal(stored > 0 ? ["order 17"] : [], received.GetProperty("messages").EnumerateArray().Select(BodyOf));
    }

    [Theory]
    [InlineData("/v1/transactions/first", ErrorCode.FieldInvalid)]
    [InlineData("/v1/transactions/0-00001000000fffff", ErrorCode.TransactionNotFound)]
    [InlineData("/v1/transactions/0-00001000000fffff/messages", ErrorCode.TransactionNotFound)]
    [InlineData("/v1/transactions?waiting=perhaps", ErrorCode.FieldInvalid)]
    [InlineData("/v1/transactions?producer=%07", ErrorCode.FieldInvalid)]
    public async Task What_cannot_be_is_refused_with_a_number(string target, ErrorCode expected)
    {
        var (_, answer) = await http.AskAsync("GET", target);

        Assert.Equal((uint)expected, answer.GetProperty("number").GetUInt32());
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private static string BodyOf(JsonElement message) => Text(message, message.TryGetProperty("body", out _) ? "body" : "bodyBase64");
}
