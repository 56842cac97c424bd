using System.CommandLine;
using Forewave.Cli.Consuming;
using Forewave.Cli.Output;
using Forewave.Client;
using Forewave.Client.Consuming;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary>
/// <c>forewave consume</c>: prints the bodies of messages, each with a line's end, and acks what it has printed. With
/// <c>--follow</c> it goes on through restarts of the broker until it gets SIGINT or SIGTERM.
/// </summary>
internal static class ConsumeVerb
{
    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(30);

    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Option<GroupName> Group = Parsing.GroupOption();
    private static readonly Option<long?> Max = Parsing.OptionalCount("--max").Saying("end after so many messages");
    private static readonly Option<TimeSpan?> Wait = Parsing.OptionalDuration("--wait").Saying("end after so long without a message; else 5s, with --follow never");
    private static readonly Option<bool> Follow = new("--follow") { Description = "go on until a signal" };
    private static readonly Option<bool> NoAck = new("--no-ack") { Description = "look only: all is released at the end" };
    private static readonly Option<TagFilter?> Tag = Parsing.TagFilterOption();
    private static readonly Option<string> Server = ClientOptions.Server();
    private static readonly Option<bool> Json = ClientOptions.Json();

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Command command = new("consume", "Print messages as a member of a group, and ack them")
        {
            Queue, Group, Max, Wait, Follow, NoAck, Tag, Server, Json,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        bool follow = parsed.GetValue(Follow);
        PrintPlan plan = new()
        {
            Max = parsed.GetValue(Max) ?? long.MaxValue,
            Wait = parsed.GetValue(Wait) ?? (follow ? null : DefaultWait),
            Acks = !parsed.GetValue(NoAck),
            Json = parsed.GetValue(Json),
        };
        PrintedMessages printed = new();
        ConsumerOptions options = new()
        {
            TagFilter = parsed.GetValue(Tag),
            PrefetchMessages = (int)Math.Min(plan.Max, 10_000),
            OnSettleFailed = failed => printed.Failed(new MessagePlace(failed.Partition, failed.First.Value), failed.Count),
        };
        await using var client = ClientOptions.Connect(parsed.GetRequiredValue(Server));
        if (!follow)
            await client.ReachAsync(stop);
        await using var consumer = client.CreateConsumer(parsed.GetRequiredValue(Queue), parsed.GetRequiredValue(Group), options);
        // Whoever is refused hears so, however short the wait; and it begins when something can come.
        if (!follow)
            await consumer.SubscribedAsync(stop);
        using OutputBuffer output = new();
        Printing printing = new(consumer, plan, printed, output);
        bool isInterrupted = await PrintAsync(printing, stop);
        using CancellationTokenSource timeout = new(EndTimeout);
        await printing.EndAsync(timeout.Token);
        return isInterrupted && !follow ? ExitCode.Failed : ExitCode.Done;
    }

    private static async Task<bool> PrintAsync(Printing printing, CancellationToken stop)
    {
        using ProgressLine progress = new(() => Console.IsOutputRedirected ? printing.Count : 0, "received");
        try
        {
            await printing.RunAsync(stop);
            return false;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return true;
        }
    }
}
