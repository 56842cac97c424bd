using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave recurring list</c>.</summary>
internal static class RecurringListVerb
{
    private static readonly Option<QueueName?> Queue = Parsing.OptionalQueue("--queue");
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() => new Command("list", "The recurring messages of a queue, or of all") { Queue, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        var messages = await broker.Schedules.ListRecurringAsync(parsed.GetValue(Queue), stop);
        if (parsed.GetValue(Json))
        {
            JsonResult.PrintList(messages, ScheduledJson.Write);
            return;
        }
        TextTable table = new("QUEUE", "NAME", "CRON", "TIME ZONE", "NEXT");
        foreach (var message in messages)
            table.Add(message.Queue.Value, message.Name, message.Cron, message.TimeZone, $"{message.NextDeliverAt:yyyy-MM-ddTHH:mm:ssZ}");
        table.Print();
    }
}
