using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave queue show</c>.</summary>
internal static class QueueShowVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() => new Command("show", "One queue") { Queue, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        var queue = await broker.ShowQueueAsync(parsed.GetRequiredValue(Queue), stop);
        await Unanswered.WarnAsync(queue.Unanswered);
        EntryText.Print(parsed.GetValue(Json), writer => QueueJson.Write(writer, queue));
    }
}
