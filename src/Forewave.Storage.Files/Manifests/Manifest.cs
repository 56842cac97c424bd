using System.Collections.Immutable;
using Forewave.Protocol;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Manifests;

/// <summary>What a folder is: everything that an opening has to know before it reads the log. Immutable.</summary>
internal sealed record Manifest
{
    /// <summary>The partition whose log this is.</summary>
    public required PartitionNumber Partition { get; init; }

    /// <summary>Size of every segment.</summary>
    public required int SegmentBytes { get; init; }

    /// <summary>Epoch of the last opening that was begun.</summary>
    public Epoch Epoch { get; init; }

    /// <summary>
    /// The folder was restored from a backup: what epochs up to this one gave (leases) may be of another history than the one that is
    /// here, and does not count. None: it never was.
    /// </summary>
    public Epoch RestoredAt { get; init; }

    /// <summary>The first generation that was never given to a file; all of them have the folder's salt.</summary>
    public required Generation NextGeneration { get; init; }

    /// <summary>The first segment number that was never given.</summary>
    public SegmentNumber NextSegment { get; init; } = new(1);

    /// <summary>Number of the checkpoint to begin with; 0: none.</summary>
    public ulong Checkpoint { get; init; }

    /// <summary>Where replay begins; the default: at the first record of the first segment.</summary>
    public LogPlace ReplayFrom { get; init; }

    /// <summary>Position of the first record to replay; none as long as there is no checkpoint.</summary>
    public LogPosition ReplayPosition { get; init; }

    /// <summary>The files of the log, in its order.</summary>
    public ImmutableArray<SegmentEntry> Segments { get; init; } = [];
}
