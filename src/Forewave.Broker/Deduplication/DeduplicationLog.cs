using Microsoft.Extensions.Logging;

namespace Forewave.Broker.Deduplication;

/// <summary>What deduplication tells operators. Event ids 4700 to 4719.</summary>
internal static partial class DeduplicationLog
{
    /// <summary>A slice cannot be read to its end.</summary>
    [LoggerMessage(4700, LogLevel.Error,
        "Slice {Slice} of deduplication ids cannot be read at page {Page}: publishes whose ids may be there are refused until their window is over. Check the disk")]
    public static partial void SliceDamaged(ILogger logger, ulong slice, int page, Exception cause);
}
