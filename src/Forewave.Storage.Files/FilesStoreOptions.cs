using Forewave.Protocol;
using Forewave.Storage.Backups;
using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files;

/// <summary>Settings of the embedded store. Immutable; checked by <see cref="FilesStore"/>'s constructor.</summary>
public sealed record FilesStoreOptions
{
    /// <summary>The data folder. The store does not dispose it.</summary>
    public required IDisk Disk { get; init; }

    /// <summary>The partition whose log this is. Default 0. A folder keeps the one that it was made with.</summary>
    public PartitionNumber Partition { get; init; }

    /// <summary>
    /// In a cluster: the epoch that the partition's record gave, above the folder's (else the opening fails with <c>NotOwner</c>). Default:
    /// the next one after the folder's.
    /// </summary>
    public Epoch Epoch { get; init; } = Epoch.None;

    /// <summary>
    /// Size of a segment file in bytes: 64 KiB to 1 GiB, a multiple of 4 KiB. Default 64 MiB. A folder keeps the one that it was
    /// made with. No append can be larger than a segment.
    /// </summary>
    public int SegmentBytes { get; init; } = FilesStore.DefaultSegmentBytes;

    /// <summary>Memory for records that wait to be written or were just written: 4 blocks at least. Default 48 MiB.</summary>
    public int RecentMemoryBytes { get; init; } = 48 * 1024 * 1024;

    /// <summary>Size of one block of that memory: 64 KiB to 64 MiB. Default 4 MiB.</summary>
    public int BlockBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>A checkpoint is due after so many bytes of log: at least 64 KiB. Default 256 MiB. Bounds the work of a recovery.</summary>
    public long CheckpointIntervalBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>Segment files that are kept ready besides the reserve: 1 to 1,024. Default 4.</summary>
    public int SpareSegments { get; init; } = 4;

    /// <summary>Segment files that only records which free space or end work may use: 1 to 64. Default 2.</summary>
    public int ReservedSegments { get; init; } = 2;

    /// <summary>No new segment file is made when the disk would have less than this left: 0 or more. Default 512 MiB.</summary>
    public long MinFreeBytes { get; init; } = 512L * 1024 * 1024;

    /// <summary>
    /// Bytes a second that carry-over may write while others write to the log too: from 64 KiB. Default 16 MiB. An idle log it may
    /// have for itself.
    /// </summary>
    public long CarryBytesPerSecond { get; init; } = 16L * 1024 * 1024;

    /// <summary>Opens the folder that the store may be backed up to while it runs; called when a backup begins. Default: null, none.</summary>
    public Func<IDisk>? BackupFolder { get; init; }

    /// <summary>Told when such a backup has ended, on its thread; must not throw. Default: null, nobody.</summary>
    public Action<BackupProgress>? BackupEnded { get; init; }

    /// <summary>Threads for reads that memory cannot serve: 1 to 64. Default 2.</summary>
    public int ColdReaders { get; init; } = 2;

    /// <summary>Reads that may wait for such a thread: 1 to 1,000,000. Default 16,384; a further one waits its turn to wait.</summary>
    public int ColdReadsWaiting { get; init; } = 16_384;

    // A record that is carried over gets a second header and has to fit into a segment still.
    private const int CarriedHeaderBytes = 128;

    internal int RecentMemoryBlocks => RecentMemoryBytes / BlockBytes;

    // Padding is not counted by the contract; a payload of 1 byte makes 72 bytes of 65, no other grows more.
    internal int MaxAppendBytes => Math.Min(Limits.FrameBytes + (64 * 1024), (SegmentBytes - Segments.SegmentLayout.HeaderBytes - CarriedHeaderBytes) / 72 * 65);

    internal void Check()
    {
        Require(SegmentBytes is >= 64 * 1024 and <= 1024 * 1024 * 1024 && SegmentBytes % Segments.SegmentLayout.PageBytes == 0, nameof(SegmentBytes));
        Require(BlockBytes is >= 64 * 1024 and <= 64 * 1024 * 1024, nameof(BlockBytes));
        Require(RecentMemoryBytes / BlockBytes >= 4, nameof(RecentMemoryBytes));
        Require(CheckpointIntervalBytes >= 64 * 1024, nameof(CheckpointIntervalBytes));
        Require(SpareSegments is >= 1 and <= 1024, nameof(SpareSegments));
        Require(ReservedSegments is >= 1 and <= 64, nameof(ReservedSegments));
        Require(MinFreeBytes >= 0, nameof(MinFreeBytes));
        Require(CarryBytesPerSecond >= 64 * 1024, nameof(CarryBytesPerSecond));
        Require(ColdReaders is >= 1 and <= 64, nameof(ColdReaders));
        Require(ColdReadsWaiting is >= 1 and <= 1_000_000, nameof(ColdReadsWaiting));
    }

    private static void Require(bool isInRange, string option)
    {
        if (!isInRange)
        {
            throw new ArgumentOutOfRangeException(option, "outside of the range that its documentation gives");
        }
    }
}
