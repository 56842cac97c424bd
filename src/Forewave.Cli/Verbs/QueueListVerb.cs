using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave queue list</c>.</summary>
internal static class QueueListVerb
{
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() => new Command("list", "All queues, by name") { Json }.With(RunAsync);

    private static Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop) =>
        WholeList.PrintAsync(broker.ListQueuesAsync(cancellation: stop), queues => Print(queues, parsed.GetValue(Json)));

    private static void Print(List<QueueDetails> queues, bool json)
    {
        if (json)
            JsonResult.PrintList(queues, QueueJson.Write);
        else
            PrintTable(queues);
    }

    private static void PrintTable(List<QueueDetails> queues)
    {
        TextTable table = new("QUEUE", "MESSAGES", "BYTES", "GROUPS");
        foreach (var queue in queues)
            table.Add(queue.Name.Value, $"{queue.Messages}", $"{queue.Bytes}", $"{queue.Groups}");
        table.Print();
    }
}
