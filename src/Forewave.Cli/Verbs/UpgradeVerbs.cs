using System.CommandLine;

namespace Forewave.Cli.Verbs;

/// <summary><c>forewave upgrade</c>.</summary>
internal static class UpgradeVerbs
{
    /// <summary>The verb with its own verbs.</summary>
    public static Command Create() => new("upgrade", "What belongs to a new version") { UpgradeFinalizeVerb.Create() };
}
