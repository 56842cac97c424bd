using Forewave.Protocol;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Backups;

/// <summary>A file of the log in a backup: the bytes of the segment from its beginning, the records from <see cref="From"/> on.</summary>
internal sealed record BackupSegment
{
    /// <summary>The segment.</summary>
    public required SegmentNumber Number { get; init; }

    /// <summary>Of every record in it.</summary>
    public required uint Generation { get; init; }

    /// <summary>Records from this byte on are in this file.</summary>
    public required int From { get; init; }

    /// <summary>Position of the first record there.</summary>
    public required LogPosition First { get; init; }

    /// <summary>Position of the last message of the last record there.</summary>
    public required LogPosition Last { get; init; }

    /// <summary>Time of that record.</summary>
    public required Timestamp LastTime { get; init; }

    /// <summary>The copy.</summary>
    public required BackupFile File { get; init; }
}
