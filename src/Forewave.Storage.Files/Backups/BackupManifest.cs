using System.Collections.Immutable;
using Forewave.Protocol;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Backups;

/// <summary>One backup: what it is of, and every file of it. Immutable.</summary>
internal sealed record BackupManifest
{
    /// <summary>From 1; later ones have higher ones.</summary>
    public required uint Number { get; init; }

    /// <summary>Which data folder it is of.</summary>
    public required BackupOrigin Origin { get; init; }

    /// <summary>Epoch of the opening in which it was taken.</summary>
    public required Epoch Epoch { get; init; }

    /// <summary>The first generation that the data folder had not given when it was taken.</summary>
    public required uint NextGeneration { get; init; }

    /// <summary>The first segment number that it had not given.</summary>
    public required SegmentNumber NextSegment { get; init; }

    /// <summary>Number of the checkpoint.</summary>
    public required ulong Checkpoint { get; init; }

    /// <summary>Where replay begins with it.</summary>
    public required LogPlace ReplayFrom { get; init; }

    /// <summary>Position of the record there; none: at the log's first.</summary>
    public required LogPosition ReplayPosition { get; init; }

    /// <summary>When it was begun.</summary>
    public required Timestamp Begun { get; init; }

    /// <summary>When it was whole.</summary>
    public required Timestamp Ended { get; init; }

    /// <summary>Position of the last message in it.</summary>
    public required LogPosition End { get; init; }

    /// <summary>Time of the record that holds it.</summary>
    public required Timestamp EndTime { get; init; }

    /// <summary>Positions that could not be read when it was taken.</summary>
    public required ulong DamagedPositions { get; init; }

    /// <summary>The copy of the checkpoint.</summary>
    public required BackupFile CheckpointFile { get; init; }

    /// <summary>The slices that the checkpoint refers to, and maybe more.</summary>
    public required ImmutableArray<BackupFile> Slices { get; init; }

    /// <summary>The log's files, in its order.</summary>
    public required ImmutableArray<BackupSegment> Segments { get; init; }

    /// <summary>What of the log that a restored folder replays is not in it; null: nothing is missing.</summary>
    public string? FindHole()
    {
        if (DamagedPositions > 0)
        {
            return $"{DamagedPositions} positions of the log could not be read when it was taken: a folder restored from it may not open";
        }

        for (int i = 1; i < Segments.Length; i++)
        {
            BackupSegment before = Segments[i - 1];
            if (before.Number.CompareTo(ReplayFrom.Segment) >= 0 && Segments[i].First.Number > before.Last.Number + 1)
            {
                return $"the log between {before.Last} and {Segments[i].First} is not in it: a folder restored from it does not open";
            }
        }

        return null;
    }

    /// <summary>All its files.</summary>
    public IEnumerable<BackupFile> Files => [CheckpointFile, .. Slices, .. Segments.Select(segment => segment.File)];
}
