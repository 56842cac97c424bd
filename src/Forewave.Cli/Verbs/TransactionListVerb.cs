using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;
using Forewave.Server.Json;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave transaction list</c>.</summary>
internal static class TransactionListVerb
{
    private static readonly Option<bool> Waiting = new("--waiting") { Description = "those alone that wait for somebody to decide" };
    private static readonly Option<string?> Producer = new("--producer") { Description = "those alone of producers with this name", HelpName = "NAME" };
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() => new Command("list", "The open transactions, oldest first") { Waiting, Producer, Json }.With(RunAsync);

    private static Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        ProducerName? producer = null;
        if (parsed.GetValue(Producer) is { } text)
            producer = ProducerName.TryParse(text, out var name) ? name : throw new UsageException("--producer is no name of a producer");
        var transactions = broker.Transactions.ListAsync(parsed.GetValue(Waiting), producer, stop);
        return WholeList.PrintAsync(transactions, all => Print(all, parsed.GetValue(Json)));
    }

    private static void Print(List<OpenTransaction> transactions, bool json)
    {
        if (json)
        {
            JsonResult.PrintList(transactions, TransactionJson.Write);
            return;
        }
        TextTable table = new("TRANSACTION", "PRODUCER", "BEGUN", "MESSAGES", "BYTES", "CHECKS", "WAITING", "QUEUES");
        foreach (var one in transactions)
        {
            table.Add(
                $"{one.Id}", one.Producer, $"{one.Begun:yyyy-MM-ddTHH:mm:ssZ}", $"{one.Messages}", $"{one.Bytes}", $"{one.Checks}",
                one.IsWaiting ? "yes" : "no", string.Join(' ', one.Queues));
        }
        table.Print();
    }
}
