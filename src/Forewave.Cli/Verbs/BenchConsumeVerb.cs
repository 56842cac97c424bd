using System.CommandLine;
using System.Diagnostics;
using Forewave.Cli.Bench;
using Forewave.Cli.Output;

namespace Forewave.Cli.Verbs;

/// <summary>
/// <c>forewave bench consume</c>: drains queues through a group. Ends after so many messages, or when none came for a second.
/// </summary>
internal static class BenchConsumeVerb
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongIdle = TimeSpan.FromSeconds(30);

    private static readonly Option<Protocol.QueueName> Queue = Parsing.QueueOption();
    private static readonly Option<Protocol.GroupName> Group = Parsing.GroupOption();
    private static readonly Option<long?> Messages = Parsing.OptionalCount("--messages").Saying("how many; else until none comes");
    private static readonly Option<long> Consumers = BenchOptions.AtMost(Parsing.Count("--consumers", 1), 10_000).Saying("in all, each with a connection of its own");
    private static readonly Option<long?> Queues = BenchOptions.Queues();
    private static readonly Option<AckKind> Ack = new("--ack") { Description = "each message, or all up to an offset", HelpName = "each|upto", CustomParser = Parsing.OneOf<AckKind> };
    private static readonly Option<long?> OrderingKeys = BenchOptions.OrderingKeys();
    private static readonly Option<long?> Priorities = BenchOptions.Priorities();
    private static readonly Option<string> Server = ClientOptions.Server();
    private static readonly Option<bool> Json = ClientOptions.Json();

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Command command = new("consume", "Drain queues, acking what is read") { Queue, Group, Messages, Consumers, Queues, Ack, OrderingKeys, Priorities, Server, Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        BenchReadPlan plan = new()
        {
            Server = parsed.GetRequiredValue(Server),
            Queues = BenchPlan.QueuesOf(parsed.GetRequiredValue(Queue), parsed.GetValue(Queues)),
            Group = parsed.GetRequiredValue(Group),
            Consumers = (int)parsed.GetRequiredValue(Consumers),
            AcksUpTo = parsed.GetValue(Ack) == AckKind.UpTo,
            Lanes = (int)(parsed.GetValue(OrderingKeys) ?? parsed.GetValue(Priorities) ?? 0),
            HasOrderingKeys = parsed.GetValue(OrderingKeys) is not null,
        };
        if (plan.Lanes > 0 && plan.Queues.Count > 1)
            throw new UsageException("--ordering-keys and --priorities are for one queue");
        if (parsed.GetValue(OrderingKeys) is not null && parsed.GetValue(Priorities) is not null)
            throw new UsageException("give --ordering-keys or --priorities: what has both is ordered by its keys");
        if (plan.AcksUpTo && !plan.IsOrdered)
            throw new UsageException("--ack upto is for the only consumer of a queue's group: give fewer --consumers");
        long? messages = parsed.GetValue(Messages);
        DeliveryTracker tracker = new() { Lanes = plan.Lanes };
        long start = Stopwatch.GetTimestamp();
        await using var reading = await BenchReading.StartAsync(plan, tracker, stop);
        using ProgressLine progress = new(() => tracker.Distinct, "received");
        await reading.WaitAsync(messages ?? long.MaxValue, messages is null ? Idle : LongIdle, stop);
        progress.Dispose();
        bool isComplete = messages is null || tracker.Distinct >= messages;
        // Without a number of messages the idle second at the end is not a part of the work.
        long end = messages is null && tracker.Distinct > 0 ? tracker.LastArrival.Ticks : Stopwatch.GetTimestamp();
        BenchReport report = new()
        {
            Messages = tracker.Distinct,
            Elapsed = Stopwatch.GetElapsedTime(start, end),
            BodyBytes = tracker.BodyBytes,
            Errors = reading.Errors,
            Deliveries = tracker.Counts(isComplete ? tracker.CountGaps() : Math.Max(messages!.Value - tracker.Distinct, 0), plan.IsOrdered),
        };
        report.Print(parsed.GetValue(Json));
        return report.ExitCode;
    }
}
