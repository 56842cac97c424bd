using System.Diagnostics;
using Forewave.Client;
using Forewave.Client.Consuming;
using Forewave.Client.Producing;
using Forewave.Client.Transactions;
using Forewave.Integration.Tests.Processes;
using Forewave.Protocol;
using Xunit.Abstractions;

namespace Forewave.Integration.Tests.Kills;

/// <summary>
/// Many open transactions in the real broker: what they take, through a kill, and how they are asked about. Nightly as many as a partition
/// takes.
/// </summary>
[Trait("Suite", "kill")]
public sealed class OpenTransactionTests(ITestOutputHelper output)
{
    // With the tables that grow by doubling, and what the collector has not looked at yet.
    private const long MostBytesEach = 4_000;
    private const long Slack = 200L << 20;
    private const int AtOnce = 64;
    private static readonly bool IsNightly = Environment.GetEnvironmentVariable("FOREWAVE_NIGHTLY") == "1";
    private static readonly int Count = IsNightly ? Limits.OpenTransactions : 2_000;
    private static readonly QueueName Orders = new("orders");
    private static readonly QueueName Beside = new("beside");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private int _asked;

    [Fact]
    public async Task Many_open_transactions_survive_a_kill_and_are_asked_about_while_others_publish()
    {
        await using var broker = await ServerProcess.StartedAsync();
        await using ForewaveClient client = new(new ForewaveClientOptions { Server = broker.Address, RequestTimeout = Patience });
        long before = broker.Files.ResidentBytes;
        var begun = await BegunAsync(client);
        long bytes = broker.Files.ResidentBytes - before;
        output.WriteLine($"{bytes / 1e6:0} MB, {bytes / Count:0} bytes each");
        var listed = await ListedAsync(client);
        string metrics = await MetricsAsync(broker);
        long clock = Stopwatch.GetTimestamp();
        await broker.KillAsync();
        await broker.StartAsync();
        Tell("ready again after kill -9", clock);
        var listedAgain = await ListedAsync(client);

        await AskedAsync(client);
        int received = await ReceivedAsync(client);

        Assert.Equal(begun.Order(), listed);
        Assert.Equal(listed, listedAgain);
        Assert.Contains($"\nforewave_transactions_open {Count}\n", metrics, StringComparison.Ordinal);
        Assert.InRange(bytes, long.MinValue, (MostBytesEach * Count) + Slack);
        Assert.Equal(Count, received);
    }

    /// <summary>Transactions of a message each; whoever began them does not know what became of them, and leaves.</summary>
    private async Task<string[]> BegunAsync(ForewaveClient client)
    {
        long clock = Stopwatch.GetTimestamp();
        await using var producer = client.CreateProducer(Shop(TransactionOutcome.Unknown));
        string[] begun = new string[Count];
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async loop =>
        {
            for (int i = loop; i < Count; i += AtOnce)
            {
                var transaction = await producer.BeginTransactionAsync();
                await transaction.PublishAsync(Orders, new Message(new byte[100]));
                begun[i] = $"{transaction.Id}";
            }
        }));
        Tell($"{Count} transactions begun, of a message each", clock);
        return begun;
    }

    private async Task<List<string>> ListedAsync(ForewaveClient client)
    {
        long clock = Stopwatch.GetTimestamp();
        List<string> listed = await client.Administration.Transactions.ListAsync().Select(transaction => $"{transaction.Id}").ToListAsync();
        Tell($"{listed.Count} listed", clock);
        return listed;
    }

    private async Task<string> MetricsAsync(ServerProcess broker)
    {
        using HttpClient http = new();
        long clock = Stopwatch.GetTimestamp();
        string metrics = await http.GetStringAsync($"http://{broker.HttpAddress}/metrics");
        Tell("metrics", clock);
        return metrics;
    }

    /// <summary>Somebody comes who knows that all of them are committed: completes when none is open. Others publish meanwhile.</summary>
    private async Task AskedAsync(ForewaveClient client)
    {
        await using var knowing = client.CreateProducer(Shop(TransactionOutcome.Committed));
        await using var other = client.CreateProducer();
        var transactions = client.Administration.Transactions;
        List<double> milliseconds = [];
        long clock = Stopwatch.GetTimestamp();
        bool isWaiting = false;
        while (await transactions.ListAsync().AnyAsync())
        {
            isWaiting |= await transactions.ListAsync(onlyWaiting: true).AnyAsync();
            long sent = Stopwatch.GetTimestamp();
            await other.PublishAsync(Beside, new Message(new byte[100]));
            milliseconds.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            await Task.Delay(Pause, TimeProvider.System);
        }

        milliseconds.Sort();
        Tell($"{Count} decided by {_asked} questions; a publish beside them took {milliseconds[milliseconds.Count / 2]:0.0} ms, {milliseconds[^1]:0} ms at most;", clock);
        Assert.False(isWaiting, "a transaction waits for an operator though there was always somebody to ask");
        Assert.InRange(_asked, Count, Count * 2);
    }

    private static async Task<int> ReceivedAsync(ForewaveClient client)
    {
        await using var consumer = client.CreateConsumer(Orders, new GroupName("warehouse"));
        HashSet<long> offsets = [];
        while (offsets.Count < Count && await consumer.ReceiveAsync(1_000, TimeSpan.FromSeconds(20)) is { Count: > 0 } messages)
        {
            foreach (ReceivedMessage message in messages)
            {
                offsets.Add(message.Offset.Value);
                message.Ack();
            }
        }

        // What were there twice would come now.
        await consumer.FlushAsync();
        return offsets.Count + (await consumer.ReceiveAsync(1, TimeSpan.FromMilliseconds(500))).Count;
    }

    private ProducerOptions Shop(TransactionOutcome outcome) => new()
    {
        Name = new ProducerName("shop"),
        // Longer than it takes to begin them; and few questions, so that one who does not get to answer would be noticed.
        CheckBackTiming = new CheckBackTiming { First = TimeSpan.FromSeconds(IsNightly ? 60 : 5), Interval = TimeSpan.FromSeconds(10), Checks = 3 },
        CheckBack = (_, _) =>
        {
            if (outcome == TransactionOutcome.Committed)
                Interlocked.Increment(ref _asked);
            return ValueTask.FromResult(outcome);
        },
    };

    private void Tell(string what, long since) => output.WriteLine($"{what} after {Stopwatch.GetElapsedTime(since).TotalSeconds:0.0} s");
}
