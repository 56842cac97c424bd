using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Segments;

/// <summary>Number in the name of a segment file; the file keeps it through all its uses.</summary>
/// <param name="Value">From 1.</param>
internal readonly record struct SegmentFileId(uint Value)
{
    private const string Suffix = ".segment";

    /// <summary>The folder of the segment files.</summary>
    public static DiskPath Folder { get; } = new("segments");

    /// <summary>Where the file is.</summary>
    public DiskPath Path => Folder / $"{Value:x8}{Suffix}";

    /// <summary>The number in a file's name; false for a file that is none of ours.</summary>
    public static bool TryParse(DiskPath path, out SegmentFileId id)
    {
        id = default;
        string name = path.Name;
        bool isOurs = name.EndsWith(Suffix, StringComparison.Ordinal)
            && uint.TryParse(name.AsSpan(0, name.Length - Suffix.Length), System.Globalization.NumberStyles.AllowHexSpecifier, null, out uint value)
            && (id = new SegmentFileId(value)).Path == path;
        return isOurs;
    }
}
