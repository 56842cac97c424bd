using Forewave.Protocol;
using Microsoft.Extensions.Logging;

namespace Forewave.Broker.Observability;

/// <summary>
/// Who did what, from where, and how it ended: every administrative request that changes something, and log-ins. Event ids 4950 to 4959.
/// Names and ids; never bodies, reasons or secrets, nor a name that nobody has, which may be a password in the wrong place.
/// </summary>
internal static partial class AuditLog
{
    /// <summary>The category; of its own, so that it can be kept apart.</summary>
    public const string Category = "Forewave.Audit";

    [LoggerMessage(4950, LogLevel.Information, "{User} from {Peer} did {Act} on {Target}")]
    public static partial void Done(ILogger logger, string user, AuditPeer peer, string act, AuditTarget target);

    [LoggerMessage(4951, LogLevel.Warning, "{User} from {Peer} was refused {Act} on {Target}: {Error}")]
    public static partial void Refused(ILogger logger, string user, AuditPeer peer, string act, AuditTarget target, ErrorCode error);

    [LoggerMessage(4952, LogLevel.Information, "{User} logged in from {Peer} with {Kind}")]
    public static partial void LoggedIn(ILogger logger, string user, AuditPeer peer, AuditTarget kind);

    [LoggerMessage(4953, LogLevel.Warning, "A log-in as {User} from {Peer} was refused: {Error}")]
    public static partial void LogInRefused(ILogger logger, string user, AuditPeer peer, ErrorCode error);

    [LoggerMessage(4954, LogLevel.Error, "{User} from {Peer} asked for {Act} on {Target}, and how it ended is not known: {Error}")]
    public static partial void Unknown(ILogger logger, string user, AuditPeer peer, string act, AuditTarget target, ErrorCode error);
}
