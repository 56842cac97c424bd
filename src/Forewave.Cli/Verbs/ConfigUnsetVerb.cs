using System.CommandLine;
using Forewave.Client.Administration;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave config unset</c>.</summary>
internal static class ConfigUnsetVerb
{
    private static readonly Argument<string> Name = new("NAME") { Description = "as it was set" };

    public static Command Create() => new Command("unset", "Take a live value away: file, environment and flags count again") { Name }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop) =>
        await broker.Settings.UnsetAsync(new SettingName(parsed.GetRequiredValue(Name)), stop);
}
