using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Segments;

/// <summary>Holds a segment for reading; disposing it exactly once lets it go.</summary>
internal readonly struct SegmentReader : IDisposable
{
    private readonly SegmentTable _table;
    private readonly Segment _segment;

    public SegmentReader(SegmentTable table, Segment segment, SegmentPart part)
    {
        _table = table;
        _segment = segment;
        File = part.Handle ?? throw new InvalidOperationException($"segment {segment.Number} is not open");
        Generation = part.Generation;
    }

    /// <summary>Its file.</summary>
    public IDiskFile File { get; }

    /// <summary>The generation of every record in it.</summary>
    public Generation Generation { get; }

    public void Dispose() => _table.Release(_segment);
}
