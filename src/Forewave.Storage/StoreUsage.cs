namespace Forewave.Storage;

/// <summary>Sizes and counts of a store at one moment; totals since it was opened.</summary>
public readonly record struct StoreUsage
{
    /// <summary>Bytes on disk: segments, spares, index, checkpoints.</summary>
    public long DiskBytes { get; init; }

    /// <summary>Bytes free on the disk.</summary>
    public long FreeBytes { get; init; }

    /// <summary>Segments of the log, sealed and active.</summary>
    public int Segments { get; init; }

    /// <summary>Segments ready to be written.</summary>
    public int SpareSegments { get; init; }

    /// <summary>Publishes are refused because the disk is full.</summary>
    public bool DiskFull { get; init; }

    /// <summary>Groups written.</summary>
    public long Groups { get; init; }

    /// <summary>Syncs of the log.</summary>
    public long Syncs { get; init; }

    /// <summary>Bytes written to the log.</summary>
    public long LogBytes { get; init; }

    /// <summary>Reads that memory could not serve.</summary>
    public long ColdReads { get; init; }

    /// <summary>Checkpoints taken.</summary>
    public long Checkpoints { get; init; }

    /// <summary>Bytes of live messages written again, so that their old segments can go.</summary>
    public long CarriedBytes { get; init; }

    /// <summary>Segments given back to be written anew.</summary>
    public long RecycledSegments { get; init; }

    /// <summary>Runs that memory holds until they are in their tables; 0 where there are no tables.</summary>
    public long UnmovedRuns { get; init; }

    /// <summary>Messages that were to be taken to their tables and were in the log no more; 0 where there are no tables.</summary>
    public long MissingMessages { get; init; }

    /// <summary>Time spent in syncs of the log.</summary>
    public TimeSpan SyncTime { get; init; }
}
