using Microsoft.Extensions.Logging;

namespace Forewave.Client;

/// <summary>What the client logs: event ids 7000 to 7999.</summary>
internal static partial class ClientLog
{
    [LoggerMessage(7000, LogLevel.Information, "Connected to {Server}.")]
    public static partial void Connected(ILogger logger, string server);

    [LoggerMessage(7001, LogLevel.Warning, "The connection to {Server} ended: {Reason}")]
    public static partial void Disconnected(ILogger logger, string server, string reason);

    [LoggerMessage(7002, LogLevel.Warning, "A producer or consumer could not make itself known at {Server}: {Reason}")]
    public static partial void NotIntroduced(ILogger logger, string server, string reason);

    [LoggerMessage(7003, LogLevel.Error, "A handler of queue {Queue}, group {Group} threw; the message is nacked.")]
    public static partial void HandlerFailed(ILogger logger, string queue, string group, Exception exception);

    [LoggerMessage(7004, LogLevel.Warning, "The subscription to queue {Queue}, group {Group} ended: {Reason}")]
    public static partial void SubscriptionEnded(ILogger logger, string queue, string group, string reason);

    [LoggerMessage(7005, LogLevel.Warning, "Offsets {First} to {Last} of queue {Queue}, group {Group} were not settled: {Reason}")]
    public static partial void NotSettled(ILogger logger, string queue, string group, long first, long last, string reason);
}
