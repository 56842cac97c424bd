using System.CommandLine;
using System.Diagnostics;
using Forewave.Cli.Bench;
using Forewave.Cli.Output;
using Forewave.Client.Consuming;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave bench e2e</c>: publishes and consumes at once; latency is intended send to received.</summary>
internal static class BenchEndToEndVerb
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(30);

    private static readonly Option<QueueName> Queue = Parsing.QueueOption();
    private static readonly Option<long> Messages = BenchOptions.Messages();
    private static readonly Option<int?> Size = BenchOptions.Size();
    private static readonly Option<long?> Rate = BenchOptions.Rate();
    private static readonly Option<TimeSpan?> Warmup = BenchOptions.Warmup();
    private static readonly Option<TimeSpan?> Delay = Parsing.OptionalDuration("--delay").Saying("each message is due so long after its arrival");
    private static readonly Option<long> Producers = BenchOptions.Producers();
    private static readonly Option<long> Consumers = BenchOptions.AtMost(Parsing.Count("--consumers", 1), 10_000).Saying("in all, each with a connection of its own");
    private static readonly Option<string> Server = ClientOptions.Server();
    private static readonly Option<bool> Json = ClientOptions.Json();

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Command command = new("e2e", "Publish and consume at once; latency is intended send (with --delay: due time) to received")
        {
            Queue, Messages, Size, Rate, Warmup, Delay, Producers, Consumers, Server, Json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        BenchPlan plan = new()
        {
            Server = parsed.GetRequiredValue(Server),
            Queues = [parsed.GetRequiredValue(Queue)],
            Messages = parsed.GetRequiredValue(Messages),
            SizeBytes = parsed.GetRequiredValue(Size)!.Value,
            Producers = (int)parsed.GetRequiredValue(Producers),
            RatePerSecond = parsed.GetValue(Rate) ?? 0,
            Delay = parsed.GetValue(Delay) ?? TimeSpan.Zero,
            Warmup = BenchOptions.WarmupOf(parsed.GetValue(Warmup), parsed.GetValue(Rate)),
        };
        // A group of its own, that begins now: what the queue held before is not this run's.
        GroupName group = new($"bench-{Random.Shared.NextInt64():x16}");
        int consumers = (int)parsed.GetRequiredValue(Consumers);
        BenchReport report;
        await using (await BenchWarmup.RunAsync(plan, warmup => MeasureAsync(warmup, ReadsOf(warmup, group, consumers), stop)))
            report = await MeasureAsync(plan, ReadsOf(plan, group, consumers), stop);
        await using (var client = ClientOptions.Connect(plan.Server))
            await client.Administration.DeleteGroupAsync(plan.Queues[0], group, stop);
        report.Print(parsed.GetValue(Json));
        return report.ExitCode;
    }

    private static BenchReadPlan ReadsOf(BenchPlan plan, GroupName group, int consumers) => new()
    {
        Server = plan.Server,
        Queues = plan.Queues,
        Group = group,
        Consumers = consumers,
        Start = StartAt.Latest,
    };

    private static async Task<BenchReport> MeasureAsync(BenchPlan plan, BenchReadPlan reads, CancellationToken stop)
    {
        await using var publishing = await BenchPublishing.ConnectAsync(plan, record: null, stop);
        DeliveryTracker tracker = new(publishing.ProducerIds) { Delay = plan.Delay };
        await using var reading = await BenchReading.StartAsync(reads, tracker, stop);
        using ProgressLine progress = new(() => tracker.Distinct, "received");
        var start = BenchInstant.Now;
        var published = await publishing.RunAsync(needsSequences: false, stop);
        await reading.WaitAsync(published.Messages, Idle + plan.Delay, stop);
        return published with
        {
            Messages = tracker.Distinct,
            Elapsed = Stopwatch.GetElapsedTime(start.Ticks, Math.Max(start.Ticks, tracker.LastArrival.Ticks)),
            BodyBytes = tracker.BodyBytes,
            Latency = tracker.Latency,
            Errors = published.Errors + reading.Errors,
            Deliveries = tracker.Counts(Math.Max(0, published.Messages - tracker.Distinct), reads.IsOrdered),
        };
    }
}
