using System.CommandLine;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave recurring delete</c>.</summary>
internal static class RecurringDeleteVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Argument<string> Name = new("NAME") { Description = "its name in the queue" };

    public static Command Create() =>
        new Command("delete", "Delete a recurring message; what it has scheduled does not come any more") { Queue, Name }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop) =>
        await broker.Schedules.DeleteRecurringAsync(parsed.GetRequiredValue(Queue), parsed.GetRequiredValue(Name), stop);
}
