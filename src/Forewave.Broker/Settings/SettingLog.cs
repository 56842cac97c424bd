using Microsoft.Extensions.Logging;

namespace Forewave.Broker.Settings;

/// <summary>What is logged of live settings, drains and load: event ids 4930 to 4949.</summary>
internal static partial class SettingLog
{
    /// <summary>The category.</summary>
    public const string Category = "Forewave.Settings";

    [LoggerMessage(4930, LogLevel.Information, "{By} set {Setting} from {Before} to {After}")]
    public static partial void Changed(ILogger logger, string by, SettingText setting, string before, string after);
}
