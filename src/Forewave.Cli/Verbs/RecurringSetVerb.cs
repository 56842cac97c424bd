using System.CommandLine;
using System.Text;
using Forewave.Cli.Output;
using Forewave.Client;
using Forewave.Client.Administration;
using Forewave.Protocol;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave recurring set</c>: makes a recurring message, or replaces the one of its name.</summary>
internal static class RecurringSetVerb
{
    private static readonly Argument<QueueName> Queue = Parsing.QueueArgument();
    private static readonly Argument<string> Name = new("NAME") { Description = "its name in the queue" };
    private static readonly Argument<string> Body = new("BODY") { Description = "the message" };
    private static readonly Option<string> Cron = new("--cron")
    {
        Description = "minute hour day month weekday, or second before them", HelpName = "EXPR", Required = true,
    };

    private static readonly Option<string?> TimeZone = new("--time-zone") { Description = "an IANA name; default UTC", HelpName = "ZONE" };
    private static readonly Option<string[]> Keys = Parsing.Texts("--key").Saying("for look-up; may be repeated");
    private static readonly Option<string?> Tag = Parsing.OptionalText("--tag").Saying("for the tag filter of groups");
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() =>
        new Command("set", "Make a recurring message, or replace the one of its name") { Queue, Name, Body, Cron, TimeZone, Keys, Tag, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        RecurringTimes times = new(
            parsed.GetRequiredValue(Cron), parsed.GetValue(TimeZone) is { } zone ? new TimeZoneName(zone) : null);
        Message message = new(Encoding.UTF8.GetBytes(parsed.GetRequiredValue(Body))) { Keys = parsed.GetValue(Keys) ?? [], Tag = parsed.GetValue(Tag) };
        var recurring = await broker.Schedules.SetRecurringAsync(
            parsed.GetRequiredValue(Queue), parsed.GetRequiredValue(Name), times, message, stop);
        EntryText.Print(parsed.GetValue(Json), writer => ScheduledJson.Write(writer, recurring));
    }
}
