using System.Globalization;
using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Manifests;

namespace Forewave.Storage.Files.Backups;

/// <summary>A file of the log that is to be copied.</summary>
/// <param name="Entry">What MANIFEST says of it.</param>
/// <param name="FileEnd">From this byte on another file has the segment's records.</param>
internal sealed record SegmentCopying(SegmentEntry Entry, int FileEnd)
{
    private const string SharedSuffix = ".segment";

    /// <summary>Nothing later is copied, of one that is written still.</summary>
    public required LogPosition Limit { get; init; }

    /// <summary>Position of the first record of the file after it; none where that is not known.</summary>
    public required LogPosition Next { get; init; }

    /// <summary>It is written still.</summary>
    public required bool IsActive { get; init; }

    /// <summary>Whether a copy is one that later backups use too.</summary>
    public static bool IsShared(DiskPath copy) => copy.Name.EndsWith(SharedSuffix, StringComparison.Ordinal);

    /// <summary>Whether the records that were found are all that there are: nothing rotted, and the next file goes on where they end.</summary>
    public bool IsWhole(ScannedSegment scanned) =>
        IsActive || (scanned.Damaged == 0 && Next != LogPosition.None && Next.Number == scanned.Last.Number + 1);

    /// <summary>Where its copy is. One that could not be read whole is not shared: a later backup may be able to.</summary>
    public DiskPath PathOf(uint backup, bool isDamaged)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{Entry.Number.Value:x8}-{Entry.Generation.Value:x8}-{Entry.From:x8}");
        return BackupFolder.Segments / (IsActive || isDamaged ? string.Create(CultureInfo.InvariantCulture, $"{name}-{backup:D8}.tail") : name + SharedSuffix);
    }
}
