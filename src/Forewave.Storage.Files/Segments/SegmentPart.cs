using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Segments;

/// <summary>The records of a segment from one byte on, in one file. Its handle belongs to <see cref="SegmentTable"/>.</summary>
internal sealed class SegmentPart
{
    public SegmentPart(SegmentFileId file, Generation generation, int from)
    {
        File = file;
        Generation = generation;
        From = from;
    }

    public SegmentFileId File { get; }

    public Generation Generation { get; }

    public int From { get; }

    /// <summary>Open, or null until the first read.</summary>
    public IDiskFile? Handle { get; set; }
}
