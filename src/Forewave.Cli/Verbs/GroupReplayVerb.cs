using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave group replay</c>: says how many messages come once more.</summary>
internal static class GroupReplayVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Option<GroupName> Group = Parsing.GroupOption();
    private static readonly Option<ResetTarget?> From = new("--from")
    {
        Description = "earliest, a time (RFC 3339) or the first offset", HelpName = "WHERE", CustomParser = ReadFrom,
    };
    private static readonly Option<ResetTarget?> To = new("--to")
    {
        Description = "latest (the default), a time that it ends before, or the last offset", HelpName = "WHERE",
        CustomParser = result => PlaceParsing.Read(result, ErrorCode.ReplayRangeInvalid),
    };
    private static readonly Option<double?> Rate = Parsing.OptionalRate("--rate", new() { Least = 0.001, Most = 1_000_000, OrZero = true })
        .Saying("messages a second, 0.001 to 1,000,000; 0: no limit");
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "only say what would come" };
    private static readonly Option<bool> Cancel = new("--cancel") { Description = "call the group's replay off" };
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() => new Command("replay", "Let settled messages of a range come to one group once more")
    {
        Queue, Group, From, To, Rate, DryRun, Cancel, Json,
    }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        var (queue, group) = (parsed.GetRequiredValue(Queue), parsed.GetRequiredValue(Group));
        bool isRange = parsed.GetValue(From) is not null || parsed.GetValue(To) is not null || parsed.GetValue(Rate) is not null || parsed.GetValue(DryRun);
        if (parsed.GetValue(Cancel) ? isRange : parsed.GetValue(From) is null)
            throw new UsageException("give --from, or --cancel alone");
        if (parsed.GetValue(Cancel))
        {
            var after = await broker.Groups.CancelReplayAsync(queue, group, stop);
            EntryText.Print(parsed.GetValue(Json), writer => GroupJson.Write(writer, after));
            return;
        }
        var range = RangeOf(parsed);
        var replay = parsed.GetValue(DryRun)
            ? await broker.Groups.TryReplayAsync(queue, group, range, stop)
            : await broker.Groups.ReplayAsync(queue, group, range, stop);
        EntryText.Print(parsed.GetValue(Json), writer => GroupMoveJson.Write(writer, replay, parsed.GetValue(DryRun)));
    }

    private static ResetTarget? ReadFrom(ArgumentResult result)
    {
        if (result.Tokens[0].Value != "latest")
            return PlaceParsing.Read(result, ErrorCode.ReplayRangeInvalid);
        result.AddError(UsageException.Numbered(ErrorCode.ReplayRangeInvalid, "--from latest would be nothing"));
        return null;
    }

    private static ReplayRange RangeOf(ParseResult parsed)
    {
        var (from, to) = (parsed.GetValue(From)!.Value, parsed.GetValue(To) ?? ResetTarget.Latest);
        return new ReplayRange
        {
            FromOffset = from.Offset, FromTime = from.Time, ToOffset = to.Offset, ToTime = to.Time, Rate = parsed.GetValue(Rate) ?? 0,
        };
    }
}
