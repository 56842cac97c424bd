using Forewave.Broker.Observability;
using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Storage;
using Forewave.Storage.Backups;
using V1 = Forewave.Protocol.V1;
using Verb = Forewave.Protocol.V1.AdministrationRequest.VerbOneofCase;

namespace Forewave.Broker.Commands;

/// <summary>Verbs about backups of the store.</summary>
internal static class BackupVerbs
{
    /// <summary>The answer, or null where the verb is none about backups.</summary>
    public static V1.AdministrationAnswer? Run(Session session, V1.AdministrationRequest request)
    {
        if (request.VerbCase is not (Verb.BeginBackup or Verb.ShowBackup or Verb.CancelBackup))
            return null;
        var backups = session.Parts.Store.Backups
            ?? throw new RefusedException(ErrorCode.CapabilityMissing, "this broker's store is backed up by its database's own tools (docs/operations/mysql.md).");
        if (request.VerbCase == Verb.CancelBackup && backups.Cancel())
            BrokerLog.BackupCancelled(session.Parts.Logger, session.Origin.Peer);
        var progress = request.VerbCase == Verb.BeginBackup ? Begin(session, backups, request.BeginBackup) : backups.Current;
        return new V1.AdministrationAnswer { Backup = ToStatus(progress) };
    }

    private static BackupProgress Begin(Session session, IBackups backups, V1.BeginBackup begin)
    {
        ulong rate = begin.BytesPerSecond == 0 ? (ulong)Limits.BackupReadBytes : begin.BytesPerSecond;
        if (rate is < (ulong)Limits.LeastBackupReadBytes or > long.MaxValue)
            throw new RefusedException(ErrorCode.FieldInvalid, $"bytes_per_second is {begin.BytesPerSecond}, and is {Limits.LeastBackupReadBytes} at least.");
        try
        {
            var begun = backups.Begin((long)rate);
            BrokerLog.BackupBegun(session.Parts.Logger, session.Origin.Peer, (long)rate);
            return begun;
        }
        catch (StoreException refused)
        {
            throw new RefusedException(refused.Error, refused.Message);
        }
    }

    private static V1.BackupStatus ToStatus(BackupProgress progress) => new()
    {
        State = (uint)progress.State,
        Number = progress.Number,
        Begun = (ulong)progress.Begun.UnixMilliseconds,
        Ended = (ulong)progress.Ended.UnixMilliseconds,
        CopiedBytes = (ulong)progress.CopiedBytes,
        ReusedBytes = (ulong)progress.ReusedBytes,
        EndPosition = progress.End.Bits,
        DamagedPositions = progress.DamagedPositions,
        Error = (uint)progress.Error,
        Problem = progress.Problem ?? "",
    };
}
