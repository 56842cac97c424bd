namespace Forewave.Storage.Files.Segments;

/// <summary>Sizes inside a segment file; docs/log-format.md has the tables.</summary>
internal static class SegmentLayout
{
    /// <summary>The header block of a file: one page, so that records begin on a page of their own.</summary>
    public const int HeaderBytes = 4096;

    /// <summary>What the kernel's cache reads and writes at a time.</summary>
    public const int PageBytes = 4096;

    /// <summary>Records begin at multiples of this.</summary>
    public const int Alignment = 8;

    /// <summary>Bytes that a record takes in its segment.</summary>
    public static int RecordBytes(int payloadBytes) => RecordCodec.HeaderBytes + ((payloadBytes + Alignment - 1) & -Alignment);

    /// <summary>The first multiple of a page that is not below.</summary>
    public static int UpToPage(int bytes) => (bytes + PageBytes - 1) & -PageBytes;
}
