using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Manifests;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Recovery;

/// <summary>A segment of the tail as the crash left it: one file, from one byte on.</summary>
/// <param name="Number">The segment.</param>
/// <param name="File">Its file.</param>
/// <param name="Generation">The only generation that counts in it.</param>
/// <param name="From">The first byte of the tail in it.</param>
internal readonly record struct TailSegment(SegmentNumber Number, SegmentFileId File, Generation Generation, int From)
{
    /// <summary>The byte from which on another file has the segment's records: what is here behind it was written again there.</summary>
    public required int End { get; init; }

    /// <summary>Reads it into a buffer of a whole segment, every byte at its own place; what the file lacks becomes 0.</summary>
    public void Load(IDisk disk, Span<byte> segment)
    {
        using IDiskFile file = disk.Open(File.Path, DiskOpen.ReadOnly);
        int read = Read(file, segment);
        file.AdviseDontNeed(new ByteRange { Offset = From, LengthBytes = read });
        segment[Math.Min(From + read, End)..].Clear();
    }

    // Bytes that the disk does not give back are a hole like any other rot: page by page, what is unreadable becomes 0.
    private int Read(IDiskFile file, Span<byte> segment)
    {
        try
        {
            return file.Read(From, segment[From..]);
        }
        catch (DiskException failure) when (failure.Errno == Errno.InputOutput)
        {
            int end = (int)Math.Min(file.Length, segment.Length);
            for (int at = From; at < end;)
            {
                int next = Math.Min(SegmentLayout.UpToPage(at + 1), end);
                ReadPage(file, at, segment[at..next]);
                at = next;
            }

            return Math.Max(end - From, 0);
        }
    }

    private static void ReadPage(IDiskFile file, int at, Span<byte> page)
    {
        try
        {
            page[file.Read(at, page)..].Clear();
        }
        catch (DiskException failure) when (failure.Errno == Errno.InputOutput)
        {
            page.Clear();
        }
    }

    /// <summary>The segments from where replay begins, in order.</summary>
    public static List<TailSegment> Of(Manifest manifest)
    {
        LogPlace start = manifest.ReplayFrom;
        List<TailSegment> tail = [];
        foreach (SegmentEntry entry in manifest.Segments)
        {
            bool isFirst = entry.Number == start.Segment;
            if (entry.Number.CompareTo(start.Segment) < 0 || (isFirst && IsFollowedBefore(manifest, entry, start.Byte)))
            {
                continue;
            }

            tail.Add(new TailSegment(entry.Number, entry.File, entry.Generation, isFirst ? Math.Max(entry.From, start.Byte) : entry.From) { End = EndOf(manifest, entry) });
        }

        return tail;
    }

    /// <summary>The byte at which the next file of the same segment goes on; the segment's size when there is none.</summary>
    public static int EndOf(Manifest manifest, SegmentEntry part) => manifest.Segments
        .Where(other => other.Number == part.Number && other.From > part.From)
        .Select(other => other.From)
        .DefaultIfEmpty(manifest.SegmentBytes)
        .Min();

    // Whether another part of the same segment begins at or before the byte and after this part.
    private static bool IsFollowedBefore(Manifest manifest, SegmentEntry part, int recordByte) =>
        manifest.Segments.Any(other => other.Number == part.Number && other.From > part.From && other.From <= recordByte);
}
