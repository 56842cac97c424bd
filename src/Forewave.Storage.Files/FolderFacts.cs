using Forewave.Protocol;

namespace Forewave.Storage.Files;

/// <summary>What a data folder says of itself in its MANIFEST. Immutable.</summary>
public sealed record FolderFacts
{
    /// <summary>Of MANIFEST.</summary>
    public required int FormatVersion { get; init; }

    /// <summary>The partition whose log it is.</summary>
    public required PartitionNumber Partition { get; init; }

    /// <summary>The epoch of its last opening.</summary>
    public required Epoch Epoch { get; init; }

    /// <summary>Size of a segment in bytes.</summary>
    public required int SegmentBytes { get; init; }

    /// <summary>Files that hold the log, those that are ready ahead of its end among them.</summary>
    public required int Segments { get; init; }
}
