using System.CommandLine;
using Forewave.Cli.Output;
using Forewave.Client.Administration;
using Forewave.Server.Json;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave config get</c>.</summary>
internal static class ConfigGetVerb
{
    private static readonly Argument<string> Name = new("NAME") { Description = "this one alone, with those set for single queues or users of it", DefaultValueFactory = _ => "" };
    private static readonly Option<bool> Json = ClientOptions.Json();

    public static Command Create() => new Command("get", "What counts, and who says so") { Name, Json }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop)
    {
        var settings = await broker.Settings.ListAsync(parsed.GetValue(Name) is { Length: > 0 } name ? new SettingName(name) : null, stop);
        if (parsed.GetValue(Json))
        {
            JsonResult.PrintList(settings, SettingJson.Write);
            return;
        }
        TextTable table = new("SETTING", "VALUE", "SOURCE", "LIVE");
        foreach (var setting in settings)
            table.Add(setting.Name, setting.Value, setting.Source, setting.IsLive ? "yes" : "");
        table.Print();
    }
}
