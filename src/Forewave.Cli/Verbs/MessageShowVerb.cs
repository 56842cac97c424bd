using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary>
/// <c>forewave message show</c>: a message and where it is. A body that is no text is shown in base64; with <c>--body</c> the bytes
/// of the body, and nothing else, go to stdout. With <c>--wait</c> it waits for what becomes of the message in a group, shows that
/// alone, and exits with 1 where it is not what was waited for.
/// </summary>
internal static class MessageShowVerb
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    private static readonly Argument<MessageId> Id = Parsing.MessageIdArgument();
    private static readonly Option<bool> Body = new("--body") { Description = "the body alone, byte for byte" };

    private static readonly Option<WaitGoal?> Wait = new("--wait")
    {
        Description = "until the group was given it, acked it, or gave it up: delivered, settled, dead",
        HelpName = "WHAT",
        CustomParser = result => Parsing.OneOf<WaitGoal>(result),
    };

    private static readonly Option<GroupName?> Group = Parsing.OptionalGroup();
    private static readonly Option<TimeSpan?> Timeout = Parsing.OptionalDuration("--timeout").Saying("how long --wait waits; else 30s");
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() =>
        new Command("show", "One message, and where it is") { Id, Body, Wait, Group, Timeout, Json }.WithClient(RunAsync);

    private static async Task<int> RunAsync(ForewaveClient client, ParseResult parsed, CancellationToken stop)
    {
        bool json = parsed.GetValue(Json);
        if (parsed.GetValue(Body) && (json || parsed.GetValue(Wait) is not null))
            throw new UsageException("give --body or --json or --wait, not two of them");
        if (parsed.GetValue(Wait) is { } goal)
            return await WaitAsync(client, parsed, goal, stop);
        if (parsed.GetValue(Group) is not null || parsed.GetValue(Timeout) is not null)
            throw new UsageException("--group and --timeout belong to --wait");
        var message = await client.Administration.Messages.ShowAsync(parsed.GetRequiredValue(Id), stop);
        if (parsed.GetValue(Body))
        {
            await using var output = Console.OpenStandardOutput();
            await output.WriteAsync(message.Body, stop);
            return ExitCode.Done;
        }
        EntryText.Print(json, writer => MessageDetailsJson.Write(writer, message));
        return ExitCode.Done;
    }

    private static async Task<int> WaitAsync(ForewaveClient client, ParseResult parsed, WaitGoal goal, CancellationToken stop)
    {
        var group = parsed.GetValue(Group) ?? throw new UsageException("--wait needs --group");
        var id = parsed.GetRequiredValue(Id);
        var kind = goal == WaitGoal.Delivered ? OutcomeKind.Delivered : OutcomeKind.Final;
        var outcome = await client.WaitForOutcomeAsync(id, group, parsed.GetValue(Timeout) ?? DefaultTimeout, kind, stop);
        EntryText.Print(parsed.GetValue(Json), writer => MessageOutcomeJson.Write(writer, id, outcome));
        return IsMet(goal, outcome) ? ExitCode.Done : ExitCode.Failed;
    }

    private static bool IsMet(WaitGoal goal, MessageOutcome outcome) => goal switch
    {
        WaitGoal.Settled => outcome.Group?.State == MessageState.Settled,
        WaitGoal.Dead => outcome.Group?.State == MessageState.Dead,
        _ => outcome.IsReached && outcome.Group?.State is not (null or MessageState.Filtered or MessageState.Expired or MessageState.Purged),
    };
}
