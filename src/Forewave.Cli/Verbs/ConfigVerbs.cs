using System.CommandLine;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave config</c>.</summary>
internal static class ConfigVerbs
{
    /// <summary>The verb with its own verbs.</summary>
    public static Command Create() => new("config", "Settings of a broker, and those that can be set while it runs")
    {
        ConfigGetVerb.Create(), ConfigSetVerb.Create(), ConfigUnsetVerb.Create(), ConfigHistoryVerb.Create(),
    };
}
