using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave queue purge</c>: prints how many messages were in it.</summary>
internal static class QueuePurgeVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() => new Command("purge", "Remove every message that is in a queue now") { Queue, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        long messages = await broker.PurgeQueueAsync(parsed.GetRequiredValue(Queue), stop);
        CountResult.Print(messages, parsed.GetValue(Json));
    }
}
