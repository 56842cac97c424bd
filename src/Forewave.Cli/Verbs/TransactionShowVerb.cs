using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;
using Forewave.Server.Json;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave transaction show</c>: the messages of an open transaction.</summary>
internal static class TransactionShowVerb
{
    private static readonly Argument<TransactionId> Id = TransactionVerbs.IdArgument();
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() => new Command("show", "The messages of an open transaction, in order") { Id, Json }.With(RunAsync);

    private static Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop) =>
        WholeList.PrintAsync(broker.Transactions.ListMessagesAsync(parsed.GetRequiredValue(Id), stop), all => Print(all, parsed.GetValue(Json)));

    private static void Print(List<PreparedMessage> messages, bool json)
    {
        if (json)
        {
            JsonResult.PrintList(messages, TransactionJson.Write);
            return;
        }
        TextTable table = new("NUMBER", "QUEUE", "MESSAGE", "BODY");
        foreach (var message in messages)
            table.Add($"{message.Number}", message.Queue?.Value ?? "(deleted)", $"{message.Id}", TransactionJson.TextOf(message));
        table.Print();
    }
}
