using System.CommandLine;
using Forewave.Cli.Searching;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave message browse</c>: what is in a queue from an offset on, without a group and without leases.</summary>
internal static class MessageBrowseVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Option<long> From = Parsing.Count("--from", 1);
    private static readonly SearchOptions Options = new();

    public static Command Create()
    {
        Command command = new("browse", "Look at what is in a queue, from an offset on, without a group") { Queue, From };
        From.Description = "the offset to begin at";
        Options.AddTo(command);
        return command.With(RunAsync);
    }

    private static Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        MessageFilter filter = new() { FromOffset = new Offset(parsed.GetValue(From)) };
        return new MessageSearching(broker, parsed.GetRequiredValue(Queue), filter).RunAsync(Options.Read(parsed), stop);
    }
}
