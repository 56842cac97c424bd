using Forewave.Broker.Observability;
using Forewave.Protocol;
using Microsoft.Extensions.Logging;

namespace Forewave.Server;

/// <summary>What the host logs: event ids 5000 to 5999.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(5000, LogLevel.Information, "Started: frames at {Listen}, HTTP at {Http}, at most {MaxConnections} connections")]
    public static partial void Started(ILogger logger, string listen, int maxConnections, string http);

    [LoggerMessage(5001, LogLevel.Error, "A connection from {Peer} ended by a fault of the host")]
    public static partial void ConnectionFaulted(ILogger logger, string peer, Exception cause);

    [LoggerMessage(5002, LogLevel.Warning, "{Notice}")]
    public static partial void Store(ILogger logger, string notice);

    [LoggerMessage(5003, LogLevel.Error, "An HTTP request ({Method}) ended by a fault of the broker")]
    public static partial void RequestFaulted(ILogger logger, string method, Exception cause);

    [LoggerMessage(5004, LogLevel.Warning, "The environment's variable {Variable} is no setting and says nothing")]
    public static partial void UnknownVariable(ILogger logger, string variable);

    [LoggerMessage(5005, LogLevel.Warning, "Broker group: {Notice}")]
    public static partial void Member(ILogger logger, string notice);

    [LoggerMessage(5006, LogLevel.Error, "The broker's part in its group ended by a fault")]
    public static partial void MemberFaulted(ILogger logger, Exception cause);

    [LoggerMessage(5007, LogLevel.Information, "The certificate in {File} has changed and is shown from now on")]
    public static partial void CertificateTaken(ILogger logger, string file);

    [LoggerMessage(5008, LogLevel.Error, "The certificate in {File} has changed and cannot be used, the former one is shown on")]
    public static partial void CertificateRefused(ILogger logger, string file, Exception cause);

    [LoggerMessage(5009, LogLevel.Warning, "Everybody on this host can read {File}, the key of the broker's certificate: take that right away")]
    public static partial void KeyIsOpen(ILogger logger, string file);

    [LoggerMessage(5040, LogLevel.Warning,
        "Other hosts reach {Address}, and nothing is encrypted there: passwords, tokens and messages can be read on the way")]
    public static partial void SecretsInPlain(ILogger logger, string address);

    [LoggerMessage(5010, LogLevel.Information, "Telemetry goes to {Endpoint}: {Signals}")]
    public static partial void ExportBegan(ILogger logger, Uri endpoint, string signals);

    [LoggerMessage(5011, LogLevel.Warning, "The collector does not take {Signal}: what is sent is lost until it does; the broker waits for none of it")]
    public static partial void ExportFails(ILogger logger, string signal);

    [LoggerMessage(5012, LogLevel.Information, "The collector takes {Signal} again")]
    public static partial void ExportWorks(ILogger logger, string signal);

    [LoggerMessage(5020, LogLevel.Information, "{User} from {Peer} did {Act} on {Target}")]
    public static partial void Done(ILogger logger, string user, AuditPeer peer, string act, AuditTarget target);

    [LoggerMessage(5021, LogLevel.Warning, "{User} from {Peer} was refused {Act} on {Target}: {Error}")]
    public static partial void Refused(ILogger logger, string user, AuditPeer peer, string act, AuditTarget target, ErrorCode error);

    [LoggerMessage(5022, LogLevel.Error, "{User} from {Peer} asked for {Act} on {Target}, and how it ended is not known: {Error}")]
    public static partial void OutcomeUnknown(ILogger logger, string user, AuditPeer peer, string act, AuditTarget target, ErrorCode error);

    [LoggerMessage(5030, LogLevel.Information, "Backup {Number} is whole up to {End}: {CopiedBytes} bytes copied, {ReusedBytes} were there")]
    public static partial void BackupDone(ILogger logger, uint number, long copiedBytes, Protocol.LogPosition end, long reusedBytes);

    [LoggerMessage(5031, LogLevel.Warning, "Backup {Number} did not come to its end ({State}): {Problem}")]
    public static partial void BackupEnded(ILogger logger, uint number, Storage.Backups.BackupState state, string problem);

    [LoggerMessage(5032, LogLevel.Error, "Backup {Number} holds {Positions} positions of the log that could not be read: bytes of the data folder rotted")]
    public static partial void BackupDamaged(ILogger logger, uint number, ulong positions);
}
