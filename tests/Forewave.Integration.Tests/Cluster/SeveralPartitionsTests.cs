using System.Text.Json;
using Forewave.Client;
using Forewave.Client.Consuming;
using Forewave.Client.Producing;
using Forewave.Integration.Tests.Processes;
using Forewave.Protocol;
using Xunit.Abstractions;

namespace Forewave.Integration.Tests.Cluster;

/// <summary>
/// Clients of a cluster of several partitions, of which they are told one broker: what they publish is spread, what they consume comes from
/// all, and a broker that is killed under load costs nothing that was answered, nor the order of a key.
/// </summary>
[Trait("Suite", "cluster")]
public sealed class SeveralPartitionsTests(ITestOutputHelper output)
{
    private const int RecordLineBytes = 60;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Messages_go_to_all_partitions_and_come_from_all()
    {
        await using FilesCluster cluster = await FilesCluster.StartedAsync(3);
        string lines = string.Concat(Enumerable.Range(0, 300).Select(one => $"{one}\n"));
        await File.WriteAllTextAsync(cluster.PathOf("lines"), lines);

        ProgramResult ids = await ProgramProcess.RunAsync("publish", "orders", "--file", cluster.PathOf("lines"), "--server", cluster.Brokers[0].Address);
        ProgramResult shown = await ProgramProcess.RunAsync("queue", "show", "orders", "--json", "--server", cluster.Brokers[1].Address);
        ProgramResult needs = await ProgramProcess.RunAsync("group", "reset", "orders", "--group", "g", "--to", "5", "--server", cluster.Brokers[1].Address);
        ProgramResult consumed = await ProgramProcess.RunAsync("consume", "orders", "--group", "g", "--max", "300", "--server", $"zk://{cluster.ZooKeeper}");
        ProgramResult one = await ProgramProcess.RunAsync("dead", "list", "orders", "--group", "g", "--partition", "1", "--server", cluster.Brokers[0].Address);

        Assert.True(ids.ExitCode == 0 && consumed.ExitCode == 0, $"{ids}\n{consumed}\n{cluster.Log}");
        Assert.Equal(300, JsonDocument.Parse(shown.Output).RootElement.GetProperty("messages").GetInt64());
        Assert.Contains("error 650", needs.Errors, StringComparison.Ordinal);
        Assert.True(one.ExitCode == 0, $"{one}");
        Assert.Equal(["0", "1", "2"], ids.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(id => id.Split('-')[0]).Distinct().Order());
        Assert.Equal(Enumerable.Range(0, 300), consumed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).Order());
    }

    [Fact]
    public async Task Partition_that_is_read_only_by_command_gets_nothing_and_the_others_go_on()
    {
        await using FilesCluster cluster = await FilesCluster.StartedAsync(3);
        string address = cluster.Brokers[0].Address;
        await File.WriteAllTextAsync(cluster.PathOf("lines"), string.Concat(Enumerable.Range(0, 300).Select(one => $"{one}\n")));
        ProgramResult before = await ProgramProcess.RunAsync("publish", "orders", "--file", cluster.PathOf("lines"), "--server", address);

        ProgramResult set = await ProgramProcess.RunAsync("config", "set", "readOnly", "true", "--partition", "1", "--server", address);
        ProgramResult meanwhile = await ProgramProcess.RunAsync("publish", "orders", "--file", cluster.PathOf("lines"), "--server", address);
        ProgramResult unset = await ProgramProcess.RunAsync("config", "unset", "readOnly", "--partition", "1", "--server", address);
        ProgramResult after = await ProgramProcess.RunAsync("publish", "orders", "--file", cluster.PathOf("lines"), "--server", address);

        Assert.All([before, set, meanwhile, unset, after], result => Assert.True(result.ExitCode == 0, $"{result}\n{cluster.Log}"));
        Assert.Equal([("0", "1", "2"), ("0", "2", ""), ("0", "1", "2")], new[] { before, meanwhile, after }.Select(PartitionsOf));
        Assert.Equal(300, meanwhile.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);

        static (string, string, string) PartitionsOf(ProgramResult published)
        {
            string[] all = [.. published.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(id => id.Split('-')[0]).Distinct().Order(StringComparer.Ordinal)];
            return (all.ElementAtOrDefault(0) ?? "", all.ElementAtOrDefault(1) ?? "", all.ElementAtOrDefault(2) ?? "");
        }
    }

    [Fact]
    public async Task Key_goes_to_one_partition_whichever_broker_the_client_was_told()
    {
        await using FilesCluster cluster = await FilesCluster.StartedAsync(2);

        HashSet<string> partitions = [];
        foreach (int key in Enumerable.Range(0, 8))
        {
            string[] each = await Task.WhenAll(cluster.Brokers.Select(async broker =>
            {
                ProgramResult published = await ProgramProcess.RunAsync("publish", "orders", "one", "--order", $"key-{key}", "--server", broker.Address);
                Assert.True(published.ExitCode == 0, $"{published}\n{cluster.Log}");
                return published.Output.Split('-')[0];
            }));
            Assert.Equal(each[0], each[1]);
            partitions.Add(each[0]);
        }

        Assert.Equal(2, partitions.Count);
    }

    [Fact]
    public async Task Broker_that_is_killed_under_load_loses_nothing_and_the_others_take_what_has_no_key()
    {
        await using FilesCluster cluster = await FilesCluster.StartedAsync(3);
        string record = cluster.PathOf("record");
        await using ProgramProcess load = ProgramProcess.Start(
            "bench", "publish", "--server", cluster.Brokers[0].Address, "--queue", "orders", "--queues", "2", "--messages", "1000000000", "--size", "200",
            "--producers", "2", "--in-flight", "1000", "--rate", "2000", "--record", record, "--json");
        await MoreAsync(record, 2_000, load, cluster);

        await cluster.Brokers[1].KillAsync();
        await MoreAsync(record, 4_000, load, cluster);
        await cluster.StartAsync(cluster.Brokers[1]);
        await MoreAsync(record, 4_000, load, cluster);
        await load.InterruptAsync().WaitAsync(Patience);

        ProgramResult verified = await ProgramProcess.RunAsync(
            "bench", "verify", "--server", cluster.Brokers[2].Address, "--queue", "orders", "--queues", "2", "--group", "audit", "--record", record, "--json").WaitAsync(Patience);
        output.WriteLine($"{verified}");
        Assert.True(verified.ExitCode == 0, $"{verified}\n{cluster.Log}");
        JsonElement report = JsonDocument.Parse(verified.Output).RootElement;
        Assert.InRange(report.GetProperty("messages").GetInt64(), File.ReadLines(record).LongCount(), long.MaxValue);
        Assert.Equal(0, report.GetProperty("lost").GetInt64());
        Assert.Equal(0, report.GetProperty("duplicates").GetInt64());
    }

    [Fact]
    public async Task Keys_keep_their_order_through_the_kill_of_their_broker_while_they_are_published_and_consumed()
    {
        const int Keys = 60;
        const int Each = 100;
        await using FilesCluster cluster = await FilesCluster.StartedAsync(3);
        await using ForewaveClient client = new(new ForewaveClientOptions { Server = cluster.Brokers[0].Address, MaxReconnectDelay = TimeSpan.FromMilliseconds(200) });
        await using Consumer consumer = client.CreateConsumer(new QueueName("orders"), new GroupName("audit"));
        Task<Dictionary<string, List<int>>> reading = ReadAsync(consumer, Keys * Each);
        await using Producer producer = client.CreateProducer(new ProducerOptions { DeliveryDeadline = Patience });

        List<Task<Receipt>> receipts = [];
        for (int one = 0; one < Each; one++)
        {
            for (int key = 0; key < Keys; key++)
                receipts.Add(producer.PublishAsync(new QueueName("orders"), new Message(BitConverter.GetBytes(one)) { OrderingKey = $"key-{key}" }).AsTask());
            if (one == Each / 4)
                await cluster.Brokers[1].KillAsync();
            if (one == Each / 2)
                await cluster.StartAsync(cluster.Brokers[1]);
            await Task.WhenAny(Task.WhenAll(receipts), Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System));
        }
        Receipt[] stored = await Task.WhenAll(receipts).WaitAsync(Patience);
        Dictionary<string, List<int>> read = await reading.WaitAsync(Patience);

        Assert.Equal([0, 1, 2], stored.Select(receipt => (int)receipt.MessageId.Partition.Value).Distinct().Order());
        Assert.Equal(stored.Length, stored.Select(receipt => receipt.MessageId).Distinct().Count());
        Assert.Equal(Keys, read.Count);
        Assert.All(read, key => Assert.Equal(Enumerable.Range(0, Each), key.Value));
    }

    // The first delivery of each message, by key, in the order in which they came.
    private static async Task<Dictionary<string, List<int>>> ReadAsync(Consumer consumer, int messages)
    {
        Dictionary<string, List<int>> read = [];
        HashSet<MessageId> seen = [];
        await foreach (ReceivedMessage message in consumer)
        {
            if (seen.Add(message.Id))
            {
                if (!read.TryGetValue(message.OrderingKey!, out List<int>? key))
                    read[message.OrderingKey!] = key = [];
                key.Add(BitConverter.ToInt32(message.Body.Span));
            }
            message.Ack();
            if (seen.Count == messages)
                break;
        }
        return read;
    }

    private static async Task MoreAsync(string record, int messages, ProgramProcess load, FilesCluster cluster)
    {
        long target = Watching.LengthOf(record) + (messages * RecordLineBytes);
        await Watching.UntilAsync(() => Watching.LengthOf(record) >= target || load.HasEnded, Patience, () => $"{load.Errors}\n{cluster.Log}");
        Assert.False(load.HasEnded, $"the load ended: {load.Errors}\n{cluster.Log}");
    }
}
