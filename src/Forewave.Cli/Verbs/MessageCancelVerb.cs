using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave message cancel</c>: withdraws messages that are not due yet; prints how many.</summary>
internal static class MessageCancelVerb
{
    private static readonly ScheduledChoice Choice = new();
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create()
    {
        Command command = new("cancel", "Withdraw messages that are not due yet") { Json };
        Choice.AddTo(command);
        return command.With(RunAsync);
    }

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        var ids = Choice.Ids(parsed);
        long messages = ids.Count > 0
            ? await broker.Schedules.CancelAsync(ids, stop)
            : await broker.Schedules.CancelAsync(Choice.Queue(parsed), Choice.Key(parsed), stop);
        CountResult.Print(messages, parsed.GetValue(Json));
    }
}
