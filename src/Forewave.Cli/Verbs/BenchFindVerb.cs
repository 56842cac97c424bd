using System.CommandLine;
using System.Diagnostics;
using Forewave.Cli.Bench;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary>
/// <c>forewave bench find</c>: looks for keys that <c>bench publish --message-keys</c> gave, one after the other, drawn at random, and
/// checks that each finds what it must.
/// </summary>
internal static class BenchFindVerb
{
    private static readonly Option<QueueName> Queue = Parsing.QueueOption();
    private static readonly Option<long> Keys = Parsing.Count("--keys");
    private static readonly Option<long> LookUps = Parsing.Count("--look-ups", 1_000).Saying("how many");
    private static readonly Option<bool> Absent = new("--absent") { Description = "keys that no message has" };
    private static readonly Option<string> Server = ClientOptions.Server();
    private static readonly Option<bool> Json = ClientOptions.Json();

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        Command command = new("find", "Look for keys one after the other; latency is call to answer") { Queue, Keys, LookUps, Absent, Server, Json };
        Keys.Description = "keys that one producer has published";
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken stop)
    {
        await using var client = ClientOptions.Connect(parsed.GetRequiredValue(Server));
        await client.ReachAsync(stop);
        long keys = parsed.GetRequiredValue(Keys);
        int producer = parsed.GetValue(Absent) ? -1 : 0;
        LatencyHistogram latency = new();
        long wrong = 0;
        long begun = Stopwatch.GetTimestamp();
        for (long i = 0; i < parsed.GetRequiredValue(LookUps); i++)
        {
            string key = BenchStream.KeyOf(producer, Random.Shared.NextInt64(keys) + 1);
            long asked = Stopwatch.GetTimestamp();
            var page = await client.Administration.Search.FindPageAsync(
                parsed.GetRequiredValue(Queue), new MessageFilter { Key = key }, cancellation: stop);
            latency.Record(Stopwatch.GetTimestamp() - asked);
            bool isRight = page.Resume is null && page.Messages.Count == (producer < 0 ? 0 : 1);
            wrong += isRight ? 0 : 1;
        }
        BenchReport report = new()
        {
            Messages = latency.Count, Elapsed = Stopwatch.GetElapsedTime(begun), BodyBytes = 0, Latency = latency, Errors = wrong,
            FirstError = wrong > 0 ? "a look-up did not find what it had to" : null,
        };
        report.Print(parsed.GetValue(Json));
        return report.ExitCode;
    }
}
