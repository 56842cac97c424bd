using Forewave.Protocol;
using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Segments;

/// <summary>
/// The segments of the log, in its order, and their open files. Thread-safe by one lock, held for memory operations and for
/// opening a file.
/// </summary>
internal sealed class SegmentTable : IDisposable
{
    /// <summary>Files that stay open although nobody reads them; a descriptor each.</summary>
    private const int MaxIdleFiles = 256;

    private readonly Lock _lock = new();
    private readonly IDisk _disk;
    private readonly List<Segment> _segments = [];
    private int _openFiles;

    public SegmentTable(IDisk disk) => _disk = disk;

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _segments.Count;
            }
        }
    }

    /// <summary>Adds a segment at the log's end.</summary>
    public void Add(Segment segment)
    {
        lock (_lock)
        {
            System.Diagnostics.Debug.Assert(_segments.Count == 0 || _segments[^1].Number.Value < segment.Number.Value);
            _segments.Add(segment);
            _openFiles += segment.Parts.Count(part => part.Handle is not null);
        }
    }

    /// <summary>All of them, in order.</summary>
    public Segment[] Snapshot()
    {
        lock (_lock)
        {
            return [.. _segments];
        }
    }

    /// <summary>A segment; null when it is recycled.</summary>
    public Segment? Find(SegmentNumber number)
    {
        lock (_lock)
        {
            int place = PlaceOf(number);
            return place < 0 ? null : _segments[place];
        }
    }

    /// <summary>The segment in which a position would be; null when it is before all of them.</summary>
    public Segment? Find(LogPosition position)
    {
        lock (_lock)
        {
            int place = _segments.Count - 1;
            while (place >= 0 && (_segments[place].First == LogPosition.None || _segments[place].First > position))
            {
                place--;
            }

            return place < 0 ? null : _segments[place];
        }
    }

    /// <summary>Holds the segment of a record, so that it can be read; false when it is recycled.</summary>
    public bool TryRead(LogPlace place, out SegmentReader reader)
    {
        lock (_lock)
        {
            int at = PlaceOf(place.Segment);
            if (at < 0)
            {
                reader = default;
                return false;
            }

            Segment segment = _segments[at];
            SegmentPart part = segment.PartOf(place.Byte);
            if (part.Handle is null)
            {
                CloseIdle();
                part.Handle = _disk.Open(part.File.Path, DiskOpen.OpenExisting);
                _openFiles++;
            }

            segment.Readers++;
            reader = new SegmentReader(this, segment, part);
            return true;
        }
    }

    /// <summary>Keeps a segment from being recycled until <see cref="Release"/>, without opening it; false when it is recycled.</summary>
    public bool TryHold(SegmentNumber number)
    {
        lock (_lock)
        {
            int at = PlaceOf(number);
            if (at >= 0)
            {
                _segments[at].Readers++;
            }

            return at >= 0;
        }
    }

    /// <summary>A reader is done.</summary>
    public void Release(Segment segment)
    {
        lock (_lock)
        {
            segment.Readers--;
        }
    }

    /// <summary>Takes segments out of the log, those that nobody reads; their files are closed and belong to the caller.</summary>
    public List<Segment> Remove(IReadOnlyCollection<SegmentNumber> numbers)
    {
        lock (_lock)
        {
            List<Segment> removed = _segments.FindAll(segment => segment is { Readers: 0, IsSealed: true } && numbers.Contains(segment.Number));
            foreach (Segment segment in removed)
            {
                _segments.Remove(segment);
                Close(segment);
            }

            return removed;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _segments.ForEach(Close);
            _segments.Clear();
        }
    }

    private int PlaceOf(SegmentNumber number)
    {
        int low = 0;
        int high = _segments.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) >> 1;
            int order = _segments[middle].Number.CompareTo(number);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return -1;
    }

    private void CloseIdle()
    {
        for (int i = 0; i < _segments.Count && _openFiles >= MaxIdleFiles; i++)
        {
            if (_segments[i].Readers == 0 && _segments[i].IsSealed)
            {
                Close(_segments[i]);
            }
        }
    }

    private void Close(Segment segment)
    {
        foreach (SegmentPart part in segment.Parts.Where(part => part.Handle is not null))
        {
            part.Handle?.Dispose();
            part.Handle = null;
            _openFiles--;
        }
    }
}
