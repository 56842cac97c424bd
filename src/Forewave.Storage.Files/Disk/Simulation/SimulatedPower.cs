namespace Forewave.Storage.Files.Disk.Simulation;

/// <summary>
/// Numbers and counts the operations of a <see cref="PowerLossDisk"/>, tells its hooks, and ends everything when the
/// power is gone. Begin and End are called under the disk's lock; the rest from anywhere.
/// </summary>
internal sealed class SimulatedPower
{
    private volatile bool _isLost;

    internal Action<DiskOperation>? Before { get; set; }

    internal Action<DiskOperation>? After { get; set; }

    internal DiskCounts Counts { get; private set; }

    internal bool IsLost => _isLost;

    internal void Cut() => _isLost = true;

    internal void Check()
    {
        if (_isLost)
            throw new PowerLostException();
    }

    internal DiskOperation Begin(DiskOperationKind kind, DiskPath path, ByteRange range)
    {
        Check();
        Counts = Count(kind, range);
        DiskOperation operation = new(Counts.Operations, kind, path, range);
        Before?.Invoke(operation);
        Check();
        return operation;
    }

    internal void End(DiskOperation operation)
    {
        After?.Invoke(operation);
        Check();
    }

    private DiskCounts Count(DiskOperationKind kind, ByteRange range)
    {
        DiskCounts counts = Counts with { Operations = Counts.Operations + 1 };
        return kind switch
        {
            DiskOperationKind.Write => counts with
            {
                Writes = counts.Writes + 1,
                WrittenBytes = counts.WrittenBytes + range.LengthBytes,
            },
            DiskOperationKind.Sync => counts with { Syncs = counts.Syncs + 1 },
            DiskOperationKind.SyncFolder => counts with { FolderSyncs = counts.FolderSyncs + 1 },
            _ => counts,
        };
    }
}
