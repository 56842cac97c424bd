using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave message reschedule</c>: gives messages that are not due yet another time; prints how many.</summary>
internal static class MessageRescheduleVerb
{
    private static readonly ScheduledChoice Choice = new();
    private static readonly Option<TimeSpan?> Delay = Parsing.OptionalDuration("--delay", ErrorCode.DeliveryTimeInvalid).Saying("not delivered before so long from now");
    private static readonly Option<DateTimeOffset?> At = Parsing.OptionalTime("--at", ErrorCode.DeliveryTimeInvalid).Saying("not delivered before that time");
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create()
    {
        Command command = new("reschedule", "Give messages that are not due yet another time") { Delay, At, Json };
        Choice.AddTo(command);
        return command.With(RunAsync);
    }

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        var ids = Choice.Ids(parsed);
        var delay = parsed.GetValue(Delay);
        var at = parsed.GetValue(At);
        if (delay is null == at is null)
            throw new UsageException("give --delay or --at");
        long messages = (ids.Count > 0, delay) switch
        {
            (true, { } span) => await broker.Schedules.RescheduleAsync(ids, span, stop),
            (true, null) => await broker.Schedules.RescheduleAsync(ids, at!.Value, stop),
            (false, { } span) => await broker.Schedules.RescheduleAsync(Choice.Queue(parsed), Choice.Key(parsed), span, stop),
            _ => await broker.Schedules.RescheduleAsync(Choice.Queue(parsed), Choice.Key(parsed), at!.Value, stop),
        };
        CountResult.Print(messages, parsed.GetValue(Json));
    }
}
