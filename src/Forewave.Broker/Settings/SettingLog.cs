using Microsoft.Extensions.Logging;

namespace Forewave.Broker.Settings;

/// <summary>What is logged of live settings, drains and load: event ids 4960 to 4999.</summary>
internal static partial class SettingLog
{
    /// <summary>The category.</summary>
    public const string Category = "Forewave.Settings";

    [LoggerMessage(4960, LogLevel.Information, "{By} set {Setting} from {Before} to {After}")]
    public static partial void Changed(ILogger logger, string by, SettingText setting, string before, SettingText after);

    [LoggerMessage(4961, LogLevel.Warning, "The process has {Used} bytes of memory, and takes no messages from {Bound} on")]
    public static partial void MemoryShort(ILogger logger, long used, string bound);

    [LoggerMessage(4962, LogLevel.Information, "The process has {Used} bytes of memory, a tenth less than {Bound}: it takes messages again")]
    public static partial void MemoryEnough(ILogger logger, long used, string bound);

    [LoggerMessage(4963, LogLevel.Information, "The broker is drained: {Connections} connections were told to go within {Grace} ms, and no client is let in")]
    public static partial void DrainBegun(ILogger logger, int connections, long grace);

    [LoggerMessage(4964, LogLevel.Information, "The drain was called off: clients are let in again")]
    public static partial void DrainEnded(ILogger logger);

    [LoggerMessage(4965, LogLevel.Warning, "{Setting} is set live, and does not count: {Why}. forewave config unset takes it away")]
    public static partial void NotCounting(ILogger logger, SettingText setting, string why);
}
