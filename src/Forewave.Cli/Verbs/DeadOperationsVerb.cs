using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave dead operations</c>: who did what to the dead letters of a queue's groups.</summary>
internal static class DeadOperationsVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Option<string?> Group = new("--group") { Description = "of this group alone", HelpName = "G" };
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() =>
        new Command("operations", "Who redrove, purged or took back what, and what is running") { Queue, Group, Json }.With(RunAsync);

    private static Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        GroupName? group = parsed.GetValue(Group) is { } name ? new GroupName(name) : null;
        return WholeList.PrintAsync(
            broker.DeadLetters.ListAsync(parsed.GetRequiredValue(Queue), group, stop), all => Print(all, parsed.GetValue(Json)));
    }

    private static void Print(List<DeadOperation> operations, bool json)
    {
        if (json)
            JsonResult.PrintList(operations, DeadOperationJson.Write);
        else
            PrintTable(operations);
    }

    private static void PrintTable(List<DeadOperation> operations)
    {
        TextTable table = new("GROUP", "OPERATION", "ACTION", "WHICH", "STATE", "MESSAGES", "BEGUN", "WHO", "REASON");
        foreach (var operation in operations)
        {
            table.Add(
                operation.Group.Value, $"{operation.Id}", DeadOperationJson.NameOf(operation.Terms.Action), WhichOf(operation),
                DeadOperationJson.NameOf(operation.State), $"{operation.Messages}", $"{operation.Begun:yyyy-MM-ddTHH:mm:ssZ}",
                $"{operation.Client} {operation.Address}".Trim(), operation.Terms.Reason);
        }
        table.Print();
    }

    private static string WhichOf(DeadOperation operation)
    {
        if (operation.Undone is { } undone)
            return $"operation {undone}";
        return operation.IsNamed ? "places" : operation.Terms.Filter.Length > 0 ? operation.Terms.Filter : "all";
    }
}
