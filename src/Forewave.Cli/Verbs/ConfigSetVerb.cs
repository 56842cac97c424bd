using System.CommandLine;
using Forewave.Client.Administration;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave config set</c>.</summary>
internal static class ConfigSetVerb
{
    private static readonly Argument<string> Name = new("NAME") { Description = "a key; for single queues or a user with what for: publish@orders.*" };
    private static readonly Argument<string> Value = new("VALUE") { Description = "its value" };

    public static Command Create() => new Command("set", "Set a setting while the broker runs; it is kept") { Name, Value }.With(RunAsync);

    private static async Task RunAsync(BrokerAdministration broker, ParseResult parsed, CancellationToken stop) =>
        await broker.Settings.SetAsync(new SettingName(parsed.GetRequiredValue(Name)), parsed.GetRequiredValue(Value), stop);
}
