using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave group show</c>: the group, or with <c>--leases</c> what its consumers have.</summary>
internal static class GroupShowVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Option<GroupName> Group = Parsing.GroupOption();
    private static readonly Option<bool> Leases = new("--leases") { Description = "who has which messages, since when, at which attempt" };
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() => new Command("show", "One group") { Queue, Group, Leases, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        var (queue, name) = (parsed.GetRequiredValue(Queue), parsed.GetRequiredValue(Group));
        if (parsed.GetValue(Leases))
        {
            await LeaseText.PrintAsync(parsed.GetValue(Json), broker.Groups.ListLeasesAsync(queue, name, stop));
            return;
        }
        var group = await broker.ShowGroupAsync(queue, name, stop);
        await Unanswered.WarnAsync(group.Unanswered);
        EntryText.Print(parsed.GetValue(Json), writer => GroupJson.Write(writer, group));
    }
}
