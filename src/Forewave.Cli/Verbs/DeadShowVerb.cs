using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary>
/// <c>forewave dead show</c>: with the message and its history. A body that is no text is shown in base64; with <c>--raw</c> the
/// bytes of the body, and nothing else, go to stdout.
/// </summary>
internal static class DeadShowVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Argument<DeadPlace> Place = Parsing.DeadPlaceArgument().Saying("its place in the list");
    private static readonly Option<GroupName> Group = Parsing.GroupOption();
    private static readonly Option<bool> Json = ClientOptions.Json();

    private static readonly Option<bool> Raw = new("--raw") { Description = "the body alone, byte for byte" };

    public static Command Create() => new Command("show", "One dead letter with its message") { Queue, Place, Group, Raw, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        if (parsed.GetValue(Raw) && parsed.GetValue(Json))
            throw new UsageException("give --raw or --json, not both");
        var letter = await broker.ShowDeadLetterAsync(
            parsed.GetRequiredValue(Queue), parsed.GetRequiredValue(Group), parsed.GetRequiredValue(Place), stop);
        if (parsed.GetValue(Raw))
        {
            await using var output = Console.OpenStandardOutput();
            await output.WriteAsync(letter.Message!.Body, stop);
            return;
        }
        EntryText.Print(parsed.GetValue(Json), writer => DeadLetterJson.Write(writer, letter));
    }
}
