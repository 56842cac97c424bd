using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave message scheduled</c>: the messages of a queue that are not due yet, the next one first.</summary>
internal static class MessageScheduledVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Option<long?> Max = Parsing.OptionalCount("--max").Saying("messages at most");
    private static readonly Option<bool> Count = new("--count") { Description = "only how many there are" };
    private static readonly Option<bool> Bodies = new("--bodies") { Description = "with their bodies" };
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() =>
        new Command("scheduled", "The messages of a queue that are not due yet, the next one first") { Queue, Max, Count, Bodies, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        var queue = parsed.GetRequiredValue(Queue);
        if (parsed.GetValue(Count))
        {
            var shown = await broker.ShowQueueAsync(queue, stop);
            await Unanswered.WarnAsync(shown.Unanswered);
            CountResult.Print(shown.Scheduled, parsed.GetValue(Json));
            return;
        }
        var messages = broker.Schedules.ListAsync(queue, parsed.GetValue(Bodies), stop);
        await WholeList.PrintAsync(parsed.GetValue(Max) is { } most ? messages.Take((int)Math.Min(most, int.MaxValue)) : messages, all => Print(all, parsed.GetValue(Json)));
    }

    private static void Print(List<ScheduledMessage> messages, bool json)
    {
        if (json)
            JsonResult.PrintList(messages, ScheduledJson.Write);
        else
            PrintTable(messages);
    }

    private static void PrintTable(List<ScheduledMessage> messages)
    {
        TextTable table = new("MESSAGE", "DUE", "PUBLISHED", "BYTES", "KEYS", "RECURRING", "BODY");
        foreach (var message in messages)
        {
            table.Add(
                $"{message.Id}", $"{message.DeliverAt:yyyy-MM-ddTHH:mm:ss.fffZ}", $"{message.PublishTime:yyyy-MM-ddTHH:mm:ssZ}",
                $"{message.BodyBytes}", string.Join(',', message.Keys), message.Recurring ?? "", ScheduledJson.TextOf(message));
        }
        table.Print();
    }
}
