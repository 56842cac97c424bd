using Forewave.Protocol;

namespace Forewave.Storage.Backups;

/// <summary>How far a backup is. Immutable.</summary>
public sealed record BackupProgress
{
    /// <summary>None was taken.</summary>
    public static BackupProgress None { get; } = new();

    /// <summary>Where it is in its life.</summary>
    public BackupState State { get; init; }

    /// <summary>Its number in the backup folder, from 1; 0 before it has one.</summary>
    public uint Number { get; init; }

    /// <summary>When it began.</summary>
    public Timestamp Begun { get; init; }

    /// <summary>When it ended; the beginning of 1970 while it runs.</summary>
    public Timestamp Ended { get; init; }

    /// <summary>Bytes that it has written.</summary>
    public long CopiedBytes { get; init; }

    /// <summary>Bytes of it that backups before it had written.</summary>
    public long ReusedBytes { get; init; }

    /// <summary>All that was committed up to here is in it; none while it runs.</summary>
    public LogPosition End { get; init; }

    /// <summary>Positions in it that could not be read: their bytes had rotted in the data folder.</summary>
    public ulong DamagedPositions { get; init; }

    /// <summary>Why it failed; <see cref="ErrorCode.None"/> where it did not.</summary>
    public ErrorCode Error { get; init; }

    /// <summary>The same in words; null where it did not.</summary>
    public string? Problem { get; init; }
}
