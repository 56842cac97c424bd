using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave dead show</c>: with the message and its history.</summary>
internal static class DeadShowVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Argument<long> Place = new("PLACE") { Description = "its place in the list" };
    private static readonly Option<GroupName> Group = Parsing.GroupOption();
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() => new Command("show", "One dead letter with its message") { Queue, Place, Group, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        var letter = await broker.ShowDeadLetterAsync(
            parsed.GetRequiredValue(Queue), parsed.GetRequiredValue(Group), parsed.GetRequiredValue(Place), stop);
        EntryText.Print(parsed.GetValue(Json), writer => DeadLetterJson.Write(writer, letter));
    }
}
