using Forewave.Protocol;

namespace Forewave.Storage.Files.Backups;

/// <summary>A backup as operators see it. Immutable.</summary>
public sealed record BackupDescription
{
    /// <summary>Its number, from 1.</summary>
    public required uint Number { get; init; }

    /// <summary>Why it cannot be read; null: it can, and the rest is filled in.</summary>
    public string? Problem { get; init; }

    /// <summary>When it was begun.</summary>
    public Timestamp Begun { get; init; }

    /// <summary>When it was whole.</summary>
    public Timestamp Ended { get; init; }

    /// <summary>Position of the last message in it.</summary>
    public LogPosition End { get; init; }

    /// <summary>When that was written.</summary>
    public Timestamp EndTime { get; init; }

    /// <summary>The partition.</summary>
    public PartitionNumber Partition { get; init; }

    /// <summary>Epoch of the opening in which it was taken.</summary>
    public Epoch Epoch { get; init; }

    /// <summary>Files of it, shared ones too.</summary>
    public int Files { get; init; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; init; }

    /// <summary>Bytes of those that no earlier backup has.</summary>
    public long OwnBytes { get; init; }

    /// <summary>Positions that could not be read when it was taken.</summary>
    public ulong DamagedPositions { get; init; }
}
