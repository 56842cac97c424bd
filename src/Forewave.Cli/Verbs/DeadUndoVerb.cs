using System.CommandLine;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave dead undo</c>: takes back what is left of a redrive or purge.</summary>
internal static class DeadUndoVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Argument<DeadOperationId> Id = DeadOperationOptions.Id();
    private static readonly Option<GroupName> Group = Parsing.GroupOption();
    private static readonly Option<string?> Reason = DeadOperationOptions.Reason();
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() => new Command("undo", "Take back what is left of a redrive or purge") { Queue, Id, Group, Reason, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        var done = await broker.DeadLetters.UndoAsync(
            parsed.GetRequiredValue(Queue), parsed.GetRequiredValue(Group), parsed.GetRequiredValue(Id), parsed.GetValue(Reason) ?? "", stop);
        DeadOperationOptions.Print(done, parsed.GetValue(Json));
    }
}
