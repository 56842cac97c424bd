using System.CommandLine;
using System.Diagnostics;
using Forewave.Cli.Bench;
using Forewave.Cli.Output;

namespace Forewave.Cli.Verbs;

/// <summary>
/// <c>forewave bench verify</c>: reads all that queues hold for a group, and compares it with a record file. What is in the
/// queues without being in the file (sent, not answered) is right too. With something missing it waits for the time that a
/// lease of somebody else may last.
/// </summary>
internal static class BenchVerifyVerb
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LeaseTime = Protocol.Limits.DefaultVisibilityTimeout + TimeSpan.FromSeconds(5);

    private static readonly Option<Protocol.QueueName> Queue = Parsing.QueueOption();
    private static readonly Option<Protocol.GroupName> Group = Parsing.GroupOption();
    private static readonly Option<string> Record = new("--record") { Description = "the file that bench publish wrote", HelpName = "FILE", Required = true };
    private static readonly Option<long?> Queues = BenchOptions.Queues();
    private static readonly Option<string> Server = ClientOptions.Server();
    private static readonly Option<bool> Json = ClientOptions.Json();

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Command command = new("verify", "Read everything and compare it with a record file") { Queue, Group, Record, Queues, Server, Json };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        var record = BenchRecord.Read(parsed.GetRequiredValue(Record));
        BenchReadPlan plan = new()
        {
            Server = parsed.GetRequiredValue(Server),
            Queues = BenchPlan.QueuesOf(parsed.GetRequiredValue(Queue), parsed.GetValue(Queues)),
            Group = parsed.GetRequiredValue(Group),
        };
        DeliveryTracker tracker = new(record.Producers.Keys);
        long start = Stopwatch.GetTimestamp();
        await using var reading = await BenchReading.StartAsync(plan, tracker, stop);
        using ProgressLine progress = new(() => tracker.Distinct, "received");
        await reading.WaitAsync(long.MaxValue, Quiet, stop);
        if (tracker.CompareWith(record).Lost > 0)
            await reading.WaitAsync(long.MaxValue, LeaseTime, stop);
        progress.Dispose();
        var (lost, otherId) = tracker.CompareWith(record);
        var counts = tracker.Counts(lost, isOrdered: true);
        BenchReport report = new()
        {
            Messages = tracker.Distinct,
            Elapsed = Stopwatch.GetElapsedTime(start),
            BodyBytes = tracker.BodyBytes,
            Errors = reading.Errors,
            Deliveries = counts with { Duplicates = counts.Duplicates + record.Duplicates + otherId },
        };
        report.Print(parsed.GetValue(Json));
        return report.ExitCode;
    }
}
