using System.CommandLine;
using System.Diagnostics;
using Forewave.Cli.Bench;
using Forewave.Client;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary>
/// <c>forewave bench lookup</c>: asks for messages by random ids of the broker's log, one after the other. Ids that are no message's
/// (other records have positions too) are not counted. The first hundred warm up.
/// </summary>
internal static class BenchLookupVerb
{
    private const int Warmup = 100;
    private const int Seed = 1;

    private static readonly Option<long> Messages = Parsing.Count("--messages", 2_000).Saying("how many");
    private static readonly Option<bool> Json = ClientOptions.Json();

    /// <summary>The verb.</summary>
    public static Command Create() => new Command("lookup", "Ask for messages by random ids, one after the other") { Messages, Json }.WithClient(RunAsync);

    private static async Task<int> RunAsync(ForewaveClient client, ParseResult parsed, CancellationToken stop)
    {
        var broker = await client.Administration.ShowBrokerAsync(stop);
        Random random = new(Seed);
        for (int i = 0; i < Warmup; i++)
            await TryAskAsync(client, RandomId(broker.Partition, broker.TailPosition, random), stop);
        LatencyHistogram latency = new();
        long bodyBytes = 0;
        long most = parsed.GetValue(Messages);
        long begun = Stopwatch.GetTimestamp();
        for (long i = 0; i < most; i++)
        {
            long asked = Stopwatch.GetTimestamp();
            if (await TryAskAsync(client, RandomId(broker.Partition, broker.TailPosition, random), stop) is not { } bytes)
                continue;
            latency.Record(Stopwatch.GetTimestamp() - asked);
            bodyBytes += bytes;
        }
        BenchReport report = new() { Messages = latency.Count, Elapsed = Stopwatch.GetElapsedTime(begun), BodyBytes = bodyBytes, Latency = latency };
        report.Print(parsed.GetValue(Json));
        return report.ExitCode;
    }

    // Of the newest epoch, in which records are numbered from 1.
    private static MessageId RandomId(PartitionNumber partition, LogPosition tail, Random random)
    {
        long newest = (long)tail.Number;
        return new MessageId(partition, new LogPosition(tail.Epoch, (ulong)random.NextInt64(1, newest + 1)));
    }

    private static async Task<int?> TryAskAsync(ForewaveClient client, MessageId id, CancellationToken stop)
    {
        try
        {
            return (await client.Administration.Messages.ShowAsync(id, stop)).Body.Length;
        }
        catch (ForewaveException none) when (none.Code == ErrorCode.MessageNotFound)
        {
            return null;
        }
    }
}
