using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave group list</c>: of one queue, or of all.</summary>
internal static class GroupListVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create()
    {
        Queue.Arity = ArgumentArity.ZeroOrOne;
        return new Command("list", "The groups of a queue, or of all queues") { Queue, Json }.With(RunAsync);
    }

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        var queue = parsed.GetValue(Queue);
        var groups = await broker.ListGroupsAsync(queue == default ? null : queue, stop);
        await Unanswered.WarnAsync(groups.SelectMany(group => group.Unanswered));
        if (parsed.GetValue(Json))
            JsonResult.PrintList(groups, GroupJson.Write);
        else
            PrintTable(groups);
    }

    private static void PrintTable(IReadOnlyList<GroupDetails> groups)
    {
        TextTable table = new("QUEUE", "GROUP", "UNREAD", "LEASED", "WAITING", "DEAD", "CONSUMERS", "STATE");
        foreach (var group in groups)
        {
            table.Add(
                group.Queue.Value, group.Name.Value, $"{group.Unread}", $"{group.Leased}", $"{group.Waiting}", $"{group.Dead}", $"{group.Consumers}",
                StateOf(group));
        }
        table.Print();
    }

    private static string StateOf(GroupDetails group) =>
        group.Settings.Paused == true ? "paused" : group.IsPaused ? "at limit" : "";
}
