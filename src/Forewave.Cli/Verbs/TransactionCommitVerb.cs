using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave transaction commit</c>: prints how many messages it had.</summary>
internal static class TransactionCommitVerb
{
    private static readonly Argument<TransactionId> Id = TransactionVerbs.IdArgument();
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() => new Command("commit", "Make the messages of an open transaction available") { Id, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop) =>
        CountResult.Print(await broker.Transactions.CommitAsync(parsed.GetRequiredValue(Id), stop), parsed.GetValue(Json));
}
