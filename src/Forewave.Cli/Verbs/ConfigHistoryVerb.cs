using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Protocol;
using Forewave.Server.Json;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave config history</c>.</summary>
internal static class ConfigHistoryVerb
{
    private static readonly Argument<string> Name = new("NAME") { Description = "this one alone, with those set for single queues or users of it", DefaultValueFactory = _ => "" };
    private static readonly Option<int?> Max = Parsing.OptionalNumber("--max", new() { Least = 1, Most = Limits.SettingChanges }).Saying("so many (100)");
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() => new Command("history", "Who changed which setting, the newest first") { Name, Max, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        var changes = await broker.Settings.HistoryAsync(parsed.GetValue(Name) is { Length: > 0 } name ? new SettingName(name) : null, parsed.GetValue(Max) ?? 100, stop);
        if (parsed.GetValue(Json))
        {
            JsonResult.PrintList(changes, SettingJson.Write);
            return;
        }
        TextTable table = new("TIME", "BY", "SETTING", "BEFORE", "AFTER");
        foreach (var change in changes)
            table.Add($"{change.Time:yyyy-MM-ddTHH:mm:ss.fffZ}", change.By, change.Name, change.Before ?? "-", change.After ?? "-");
        table.Print();
    }
}
