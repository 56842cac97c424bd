using System.CommandLine;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave group delete</c>: prints nothing.</summary>
internal static class GroupDeleteVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Option<GroupName> Group = Parsing.GroupOption();

    public static Command Create() => new Command("delete", "Delete a group with its dead letters") { Queue, Group }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop) =>
        await broker.DeleteGroupAsync(parsed.GetRequiredValue(Queue), parsed.GetRequiredValue(Group), stop);
}
