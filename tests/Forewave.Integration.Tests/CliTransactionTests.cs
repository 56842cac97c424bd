using System.Text.Json;
using Forewave.Client;
using Forewave.Client.Producing;
using Forewave.Client.Transactions;
using Forewave.Integration.Tests.Processes;
using Forewave.Protocol;

namespace Forewave.Integration.Tests;

/// <summary>Open transactions on the command line.</summary>
[Trait("Suite", "scenario")]
public sealed class CliTransactionTests
{
    private static readonly QueueName Orders = new("orders");
    private static readonly QueueName Stock = new("stock");

    [Fact]
    public async Task Open_transactions_are_listed_and_shown()
    {
        await using var server = await ServerProcess.StartedAsync();
        string[] at = ["--server", server.Address];
        await using ForewaveClient client = new(server.Address);
        await using var shop = Producer(client, "shop");
        await using var bank = Producer(client, "bank");
        await using var first = await shop.BeginTransactionAsync();
        await first.PublishAsync([new(Orders, new Message("order 17"u8.ToArray())), new(Stock, new Message(new byte[] { 0xFF, 0x00 }))]);
        await using var second = await bank.BeginTransactionAsync();
        await second.PublishAsync(Orders, new Message("order 18"u8.ToArray()));

        var all = await ProgramProcess.RunAsync(["transaction", "list", "--json", .. at]);
        var ofBank = await ProgramProcess.RunAsync(["transaction", "list", "--producer", "bank", "--json", .. at]);
        var waiting = await ProgramProcess.RunAsync(["transaction", "list", "--waiting", "--json", .. at]);
        var people = await ProgramProcess.RunAsync(["transaction", "list", .. at]);
        var shown = await ProgramProcess.RunAsync(["transaction", "show", $"{first.Id}", "--json", .. at]);
        var table = await ProgramProcess.RunAsync(["transaction", "show", $"{first.Id}", .. at]);

        var listed = JsonDocument.Parse(all.Output).RootElement;
        Assert.Equal([$"{first.Id}", $"{second.Id}"], listed.EnumerateArray().Select(one => Text(one, "transactionId")));
        Assert.Equal(("shop", 2, false), (Text(listed[0], "producer"), listed[0].GetProperty("messages").GetInt32(), listed[0].GetProperty("waiting").GetBoolean()));
        Assert.Equal(["orders", "stock"], listed[0].GetProperty("queues").EnumerateArray().Select(queue => queue.GetString()));
        Assert.Equal([$"{second.Id}"], JsonDocument.Parse(ofBank.Output).RootElement.EnumerateArray().Select(one => Text(one, "transactionId")));
        Assert.Equal(0, JsonDocument.Parse(waiting.Output).RootElement.GetArrayLength());
        Assert.Matches($@"(?m)^{first.Id} +shop +\S+Z +2 +\d+ +\d+ +no +orders stock *$", people.Output);
        var messages = JsonDocument.Parse(shown.Output).RootElement;
        Assert.Equal([(1, "orders"), (2, "stock")], messages.EnumerateArray().Select(one => (one.GetProperty("number").GetInt32(), Text(one, "queue"))));
        Assert.Equal(("order 17", "/wA="), (Text(messages[0], "body"), Text(messages[1], "bodyBase64")));
        Assert.Matches(@"(?m)^1 +orders +0-[0-9a-f]{16} +order 17 *$", table.Output);
        Assert.Matches(@"(?m)^2 +stock +0-[0-9a-f]{16} +/wA= *$", table.Output);
        Assert.All([all, ofBank, waiting, people, shown, table], result => Assert.Equal((0, ""), (result.ExitCode, result.Errors)));
    }

    [Fact]
    public async Task Open_transactions_are_committed_and_rolled_back_and_what_is_decided_stays_so()
    {
        await using var server = await ServerProcess.StartedAsync();
        string[] at = ["--server", server.Address];
        await using ForewaveClient client = new(server.Address);
        await using var shop = Producer(client, "shop");
        await using var good = await shop.BeginTransactionAsync();
        await good.PublishAsync([new(Orders, new Message("order 17"u8.ToArray())), new(Orders, new Message("order 18"u8.ToArray()))]);
        await using var bad = await shop.BeginTransactionAsync();
        await bad.PublishAsync(Orders, new Message("never"u8.ToArray()));

        var committed = await ProgramProcess.RunAsync(["transaction", "commit", $"{good.Id}", .. at]);
        var again = await ProgramProcess.RunAsync(["transaction", "commit", $"{good.Id}", "--json", .. at]);
        var opposite = await ProgramProcess.RunAsync(["transaction", "rollback", $"{good.Id}", .. at]);
        var rolledBack = await ProgramProcess.RunAsync(["transaction", "rollback", $"{bad.Id}", "--json", .. at]);
        var none = await ProgramProcess.RunAsync(["transaction", "list", "--json", .. at]);
        var shown = await ProgramProcess.RunAsync(["transaction", "show", $"{good.Id}", .. at]);
        await ProgramProcess.RunAsync(["publish", "orders", "last", .. at]);
        var bodies = await ProgramProcess.RunAsync(["consume", "orders", "--group", "g", "--max", "3", .. at]);

        Assert.Equal((0, "2 messages\n"), (committed.ExitCode, committed.Output));
        Assert.Equal(2, JsonDocument.Parse(again.Output).RootElement.GetProperty("messages").GetInt32());
        Assert.Equal((1, ""), (opposite.ExitCode, opposite.Output));
        Assert.Contains("TransactionDecided, error 311", opposite.Errors, StringComparison.Ordinal);
        Assert.Equal((0, 1), (rolledBack.ExitCode, JsonDocument.Parse(rolledBack.Output).RootElement.GetProperty("messages").GetInt32()));
        Assert.Equal(0, JsonDocument.Parse(none.Output).RootElement.GetArrayLength());
        Assert.Equal(1, shown.ExitCode);
        Assert.Contains("TransactionDecided, error 311", shown.Errors, StringComparison.Ordinal);
        Assert.Equal("order 17\norder 18\nlast\n", bodies.Output);
    }

    [Fact]
    public async Task Transaction_that_there_never_was_is_not_found_by_any_verb()
    {
        await using var server = await ServerProcess.StartedAsync();

        foreach (string verb in new[] { "show", "commit", "rollback" })
        {
            var missing = await ProgramProcess.RunAsync(["transaction", verb, "0-00001000000fffff", "--server", server.Address]);

            Assert.Equal((1, ""), (missing.ExitCode, missing.Output));
            Assert.Contains("TransactionNotFound, error 310", missing.Errors, StringComparison.Ordinal);
        }
    }

    private static Producer Producer(ForewaveClient client, string name) => client.CreateProducer(new ProducerOptions
    {
        Name = new ProducerName(name), CheckBack = static (_, _) => ValueTask.FromResult(TransactionOutcome.Unknown),
    });

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
