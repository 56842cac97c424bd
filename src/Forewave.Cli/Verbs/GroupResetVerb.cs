using System.CommandLine;
using System.Text.Json;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave group reset</c>: says how many messages it skips and repeats.</summary>
internal static class GroupResetVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Option<GroupName> Group = Parsing.GroupOption();
    private static readonly Option<ResetTarget> To = new("--to")
    {
        Description = "earliest, latest, a time (RFC 3339) or an offset", HelpName = "WHERE", Required = true, CustomParser = static result => PlaceParsing.Read(result, ErrorCode.ResetTargetInvalid),
    };
    private static readonly Option<bool> Force = new("--force") { Description = "also where consumers are subscribed" };
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "only say what it would skip and repeat" };
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() =>
        new Command("reset", "Let a group begin anew somewhere") { Queue, Group, To, Force, DryRun, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        var (queue, group, to) = (parsed.GetRequiredValue(Queue), parsed.GetRequiredValue(Group), parsed.GetRequiredValue(To));
        var reset = parsed.GetValue(DryRun)
            ? await broker.Groups.TryResetAsync(queue, group, to, stop)
            : await broker.Groups.ResetAsync(queue, group, to, parsed.GetValue(Force), stop);
        EntryText.Print(parsed.GetValue(Json), writer => GroupMoveJson.Write(writer, reset, parsed.GetValue(DryRun)));
    }
}
