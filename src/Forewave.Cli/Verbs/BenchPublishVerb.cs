using System.CommandLine;
using Forewave.Cli.Bench;
using Forewave.Cli.Output;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave bench publish</c>: publishes and measures from call to receipt.</summary>
internal static class BenchPublishVerb
{
    private static readonly Option<Protocol.QueueName> Queue = Parsing.QueueOption();
    private static readonly Option<long> Messages = BenchOptions.Messages();
    private static readonly Option<int?> Size = BenchOptions.Size();
    private static readonly Option<long> Producers = BenchOptions.Producers();
    private static readonly Option<long> InFlight = BenchOptions.AtMost(Parsing.Count("--in-flight", 10_000), 1_000_000).Saying("messages without a receipt at most, in all");
    private static readonly Option<long?> Rate = BenchOptions.Rate();
    private static readonly Option<TimeSpan?> Warmup = BenchOptions.Warmup();
    private static readonly Option<long?> Queues = BenchOptions.Queues();
    private static readonly Option<BenchMode> Mode = new("--mode") { Description = "how to publish", HelpName = "await|callback|batch", CustomParser = Parsing.OneOf<BenchMode> };
    private static readonly Option<long?> Transaction = BenchOptions.AtMost(Parsing.OptionalCount("--transaction"), Protocol.Limits.TransactionMessages)
        .Saying("in transactions of so many messages each; not with --mode, --rate, --dedup");
    private static readonly Option<TimeSpan?> Delay = Parsing.OptionalDuration("--delay").Saying("each message is due so long after its arrival");
    private static readonly Option<DateTimeOffset?> At = Parsing.OptionalTime("--at").Saying("all messages are due then");
    private static readonly Option<TimeSpan?> Spread = Parsing.OptionalDuration("--spread").Saying("with --at: due in even steps over so long after it");
    private static readonly Option<string?> Record = new("--record") { Description = "a line per message with a receipt", HelpName = "FILE" };
    private static readonly Option<bool> Dedup = new("--dedup") { Description = "each message with a deduplication id of its own" };
    private static readonly Option<bool> MessageKeys = new("--message-keys") { Description = "each message with a key of its own, for bench find" };
    private static readonly Option<long?> OrderingKeys = BenchOptions.OrderingKeys();
    private static readonly Option<long?> Priorities = BenchOptions.Priorities();
    private static readonly Option<long?> Traced = BenchOptions.Traced();
    private static readonly Option<string> Server = ClientOptions.Server();
    private static readonly Option<bool> Json = ClientOptions.Json();

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Command command = new("publish", "Publish as fast as it goes, or at a rate; latency is call to receipt")
        {
            Queue, Messages, Size, Producers, InFlight, Rate, Warmup, Queues, Mode, Transaction, Delay, At, Spread, Record, Dedup, MessageKeys, OrderingKeys,
            Priorities, Traced, Server, Json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        bool isOther = parsed.GetResult(Mode) is not null || parsed.GetValue(Rate) is not null || parsed.GetValue(Dedup);
        if (isOther && parsed.GetValue(Transaction) is not null)
            throw new UsageException("--transaction does not go with --mode, --rate or --dedup");
        BenchPlan plan = new()
        {
            Server = parsed.GetRequiredValue(Server),
            Queues = BenchPlan.QueuesOf(parsed.GetRequiredValue(Queue), parsed.GetValue(Queues)),
            Messages = parsed.GetRequiredValue(Messages),
            SizeBytes = parsed.GetRequiredValue(Size)!.Value,
            Producers = (int)parsed.GetRequiredValue(Producers),
            InFlight = (int)parsed.GetRequiredValue(InFlight),
            RatePerSecond = parsed.GetValue(Rate) ?? 0,
            Mode = parsed.GetValue(Mode),
            TransactionMessages = (int)(parsed.GetValue(Transaction) ?? 0),
            Delay = parsed.GetValue(Delay) ?? TimeSpan.Zero,
            DeliverAt = parsed.GetValue(At),
            DueSpread = parsed.GetValue(Spread) ?? TimeSpan.Zero,
            DeduplicationIds = parsed.GetValue(Dedup),
            MessageKeys = parsed.GetValue(MessageKeys),
            OrderingKeys = (int)(parsed.GetValue(OrderingKeys) ?? 0),
            Priorities = (int)(parsed.GetValue(Priorities) ?? 0),
            Warmup = BenchOptions.WarmupOf(parsed.GetValue(Warmup), parsed.GetValue(Rate)),
        };
        using var tracing = parsed.GetValue(Traced) is { } every ? new BenchTracing(every) : null;
        await using var warmup = await BenchWarmup.RunAsync(plan, first => WarmUpAsync(first, stop));
        using var record = parsed.GetValue(Record) is { } path ? new RecordFile(path) : null;
        await using var publishing = await BenchPublishing.ConnectAsync(plan, record, stop);
        using ProgressLine progress = new(() => publishing.Stored, "published");
        var report = await publishing.RunAsync(record is not null, stop);
        progress.Dispose();
        report.Print(parsed.GetValue(Json));
        return stop.IsCancellationRequested ? ExitCode.Failed : report.ExitCode;
    }

    private static async Task WarmUpAsync(BenchPlan plan, CancellationToken stop)
    {
        await using var publishing = await BenchPublishing.ConnectAsync(plan, record: null, stop);
        await publishing.RunAsync(needsSequences: false, stop);
    }
}
