using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Administration;

/// <summary>
/// Backups that a broker on files takes of itself, to the folder that it was started with. Thread-safe. Each call is one round trip, to one
/// partition: of several, <see cref="ForewaveClientOptions.Partition"/> names it (<c>PartitionNeeded</c>). Errors as those of
/// <see cref="BrokerAdministration"/>; <c>CapabilityMissing</c> where the broker's store is a database.
/// </summary>
public sealed class BackupAdministration
{
    private readonly AdministrationCalls _calls;

    internal BackupAdministration(AdministrationCalls calls) => _calls = calls;

    /// <summary>Begins one; it goes on in the broker, whatever becomes of this client.</summary>
    /// <param name="bytesPerSecond">Bytes that it may read in a second, 64 KiB at least. Default: null, the broker's own 32 MiB.</param>
    /// <param name="cancellation">Ends the wait for the answer.</param>
    /// <exception cref="ForewaveException"><c>BackupRunning</c>, <c>BackupOff</c>, <c>BackupFolderUnusable</c>, and those of every call.</exception>
    public ValueTask<BackupDetails> BeginAsync(long? bytesPerSecond = null, CancellationToken cancellation = default)
    {
        if (bytesPerSecond is { } rate)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(rate, Limits.LeastBackupReadBytes, nameof(bytesPerSecond));
        }

        return AskAsync(new() { BeginBackup = new() { BytesPerSecond = (ulong)(bytesPerSecond ?? 0) } }, cancellation);
    }

    /// <summary>How far the one is that runs, or how the last one ended.</summary>
    /// <param name="cancellation">Ends the wait for the answer.</param>
    public ValueTask<BackupDetails> ShowAsync(CancellationToken cancellation = default) => AskAsync(new() { ShowBackup = new() }, cancellation);

    /// <summary>Ends the one that runs, at its next mebibyte; nothing of it counts. Where none runs, nothing is done.</summary>
    /// <param name="cancellation">Ends the wait for the answer.</param>
    public ValueTask<BackupDetails> CancelAsync(CancellationToken cancellation = default) => AskAsync(new() { CancelBackup = new() }, cancellation);

    private async ValueTask<BackupDetails> AskAsync(V1.AdministrationRequest request, CancellationToken cancellation)
    {
        V1.BackupStatus status = (await _calls.AskAsync(request, cancellation).ConfigureAwait(false)).Backup;
        return new BackupDetails
        {
            State = (BackupState)status.State,
            Number = status.Number,
            Begun = TimeOf(status.Begun),
            Ended = TimeOf(status.Ended),
            CopiedBytes = (long)status.CopiedBytes,
            ReusedBytes = (long)status.ReusedBytes,
            EndPosition = LogPosition.FromBits(status.EndPosition),
            DamagedPositions = (long)status.DamagedPositions,
            Error = (ErrorCode)status.Error,
            Problem = status.Problem.Length == 0 ? null : status.Problem,
        };
    }

    private static DateTimeOffset? TimeOf(ulong milliseconds) => milliseconds == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds);
}
