using Microsoft.Extensions.Logging;

namespace Forewave.Outbox.Hosting;

/// <summary>What the hosted services log: event ids 9500 to 9599.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(9500, LogLevel.Error, "The inbox could not be cleaned; tried again.")]
    public static partial void CleaningFailed(ILogger logger, Exception exception);
}
