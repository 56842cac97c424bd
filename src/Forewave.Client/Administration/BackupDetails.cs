using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>A backup that a broker takes of its store, as it was when the broker answered. Immutable.</summary>
public sealed record BackupDetails
{
    /// <summary>Where it is in its life.</summary>
    public required BackupState State { get; init; }

    /// <summary>Its number in the backup folder, from 1; 0 before it has one.</summary>
    public required uint Number { get; init; }

    /// <summary>When it began; null: none did.</summary>
    public required DateTimeOffset? Begun { get; init; }

    /// <summary>When it ended; null while it runs.</summary>
    public required DateTimeOffset? Ended { get; init; }

    /// <summary>Bytes that it has copied.</summary>
    public required long CopiedBytes { get; init; }

    /// <summary>Bytes of it that backups before it had copied; 0 while it runs.</summary>
    public required long ReusedBytes { get; init; }

    /// <summary>All that was committed up to here is in it; none while it runs.</summary>
    public required LogPosition EndPosition { get; init; }

    /// <summary>Positions that could not be read: their bytes had rotted in the data folder.</summary>
    public required long DamagedPositions { get; init; }

    /// <summary>Why it failed; <see cref="ErrorCode.None"/> where it did not.</summary>
    public required ErrorCode Error { get; init; }

    /// <summary>The same in words; null where it did not.</summary>
    public required string? Problem { get; init; }
}
