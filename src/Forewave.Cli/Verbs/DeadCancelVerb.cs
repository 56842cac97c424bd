using System.CommandLine;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave dead cancel</c>: stops a running operation; what it did stays done.</summary>
internal static class DeadCancelVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Argument<DeadOperationId> Id = DeadOperationOptions.Id();
    private static readonly Option<GroupName> Group = Parsing.GroupOption();
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() => new Command("cancel", "Stop a running redrive or purge") { Queue, Id, Group, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        var operation = await broker.DeadLetters.CancelAsync(
            parsed.GetRequiredValue(Queue), parsed.GetRequiredValue(Group), parsed.GetRequiredValue(Id), stop);
        DeadOperationOptions.Print(operation, parsed.GetValue(Json));
    }
}
