using System.Text;
using System.Text.Json;
using Forewave.Client;
using Forewave.Client.Producing;
using Forewave.Integration.Tests.Processes;
using Forewave.Protocol;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Cluster;

/// <summary>
/// A former master has in its database what its slave never received: it is listed, what may be is published again, and the database is made
/// anew, by one command.
/// </summary>
[Collection(MariaDbPairGroup.Name)]
[Trait("Suite", "cluster")]
public sealed class TailTests(MariaDbPair databases) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private const int LooksUntilQuiet = 200;
    private static readonly QueueName Orders = new("orders");

    public Task InitializeAsync() => databases.ResetAsync();

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Tail_is_listed_published_again_and_gone_with_the_database_that_had_it()
    {
        string consumed = await RepairedAsync(new Message("only the former master has it"u8.ToArray()), mayBePublished: true);

        Assert.Equal("both have it\nonly the former master has it\n", consumed);
    }

    [NightlyFact]
    public async Task Message_of_a_tail_with_an_ordering_key_is_listed_and_left_to_a_person()
    {
        string consumed = await RepairedAsync(new Message("only the former master has it"u8.ToArray()) { OrderingKey = "k" }, mayBePublished: false);

        Assert.Equal("both have it\n", consumed);
    }

    // What is consumed at the former master, after it was made anew and has become master again.
    private async Task<string> RepairedAsync(Message unanswered, bool mayBePublished)
    {
        await using BrokerPair group = await BrokerPair.StartedAsync(databases);
        ProgramResult follows = await TailAsync(group);
        await MakeTailAsync(group, unanswered);
        await group.A.StartAsync();
        await Watching.UntilAsync(() => group.A.Log.Contains("'forewave cluster tail'", StringComparison.Ordinal), Patience, () => group.Log);

        ProgramResult listed = await TailAsync(group, "--json");
        ProgramResult repaired = await TailAsync(group, "--publish", "--make-anew", "--yes", "--json");
        await group.UntilInSyncAsync("B");
        ProgramResult none = await TailAsync(group);
        await group.B.KillAsync();
        await group.UntilMasterAsync("A");
        ProgramResult consumed = await ProgramProcess.RunAsync("consume", "orders", "--group", "audit", "--wait", "2s", "--server", group.A.Address);

        Assert.Equal(1, follows.ExitCode);
        Assert.Contains("its database is the one that counts", follows.Errors, StringComparison.Ordinal);
        JsonElement message = Assert.Single(JsonDocument.Parse(listed.Output).RootElement.GetProperty("messages").EnumerateArray());
        Assert.Equal("only the former master has it", Encoding.UTF8.GetString(message.GetProperty("body").GetBytesFromBase64()));
        Assert.Equal(("orders", 2, mayBePublished), (message.GetProperty("queue").GetString(), message.GetProperty("sequence").GetInt32(), message.GetProperty("mayBePublished").GetBoolean()));
        Assert.True(repaired.ExitCode == 0, $"{repaired}\n{group.Log}");
        Assert.Equal(mayBePublished, JsonDocument.Parse(repaired.Output).RootElement.GetProperty("messages")[0].GetProperty("published").GetBoolean());
        Assert.StartsWith("there is no tail", none.Output, StringComparison.Ordinal);
        return consumed.Output;
    }

    // What the slave's database does not receive any more is in the master's, and answered to nobody.
    private async Task MakeTailAsync(BrokerPair group, Message message)
    {
        await using ForewaveClient client = new(group.A.Address);
        await using Producer producer = client.CreateProducer();
        await producer.PublishAsync(Orders, "both have it"u8.ToArray());
        await QuietAsync(group);
        group.Link.Stop();
        Task<Receipt> unanswered = producer.PublishAsync(Orders, message).AsTask();
        await Watching.UntilAsync(() => Read("SELECT COUNT(*) AS n FROM information_schema.PROCESSLIST WHERE STATE LIKE 'Waiting for semi-sync%'") != "0", Patience, () => group.Log);
        await group.A.KillAsync();
        await databases.A.KillAsync();
        group.Link.Cut();
        group.Link.Continue();
        await group.UntilMasterAsync("B");
        await databases.A.StartAsync();
        await producer.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => unanswered);
    }

    // The message before is in its table and nothing else is committed: what waits from here on is what is published.
    private async Task QuietAsync(BrokerPair group)
    {
        string last = "";
        int same = 0;
        await Watching.UntilAsync(
            () =>
            {
                string now = Read("SELECT @@GLOBAL.gtid_binlog_pos AS n");
                same = now == last ? same + 1 : 0;
                last = now;
                return same > LooksUntilQuiet && Read("SELECT COUNT(*) AS n FROM orders.MQ_DAY") == "1";
            },
            Patience,
            () => group.Log);
    }

    private string Read(string query)
    {
        using Connection root = Connection.Open(databases.A.Administrator);
        return root.ReadNamed(query)["n"];
    }

    private static Task<ProgramResult> TailAsync(BrokerPair group, params string[] options) =>
        ProgramProcess.RunAsync(["cluster", "tail", .. group.SettingsOfA, .. options]).WaitAsync(Patience);
}
