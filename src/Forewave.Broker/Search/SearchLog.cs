using Microsoft.Extensions.Logging;

namespace Forewave.Broker.Search;

/// <summary>What searching logs: event ids 4800 to 4899.</summary>
internal static partial class SearchLog
{
    [LoggerMessage(4800, LogLevel.Error,
        "Slice {Slice:x16} of the key index cannot be used and is made again from the messages; until then keys are looked for in the messages themselves. {Reason}")]
    public static partial void SliceLost(ILogger logger, ulong slice, string reason);

    [LoggerMessage(4801, LogLevel.Warning, "Messages could not be read for the key index; it is tried again. {Reason}")]
    public static partial void ReadFailed(ILogger logger, string reason);
}
