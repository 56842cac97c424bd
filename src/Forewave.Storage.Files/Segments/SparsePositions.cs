using Forewave.Protocol;

namespace Forewave.Storage.Files.Segments;

/// <summary>
/// Where in a segment records begin: the first record that begins in each 64 KiB, 12 bytes of memory for each. Written by
/// the log's writer (or recovery) alone; read by any thread.
/// </summary>
internal sealed class SparsePositions
{
    private const int StrideBytes = 64 * 1024;

    private readonly Lock _lock = new();
    private readonly List<ulong> _positions = [];
    private readonly List<int> _bytes = [];
    private int _next;

    /// <summary>A record begins here; in the order of the log.</summary>
    public void Note(int recordByte, LogPosition first)
    {
        if (recordByte < _next)
        {
            return;
        }

        lock (_lock)
        {
            _positions.Add(first.Bits);
            _bytes.Add(recordByte);
            _next = ((recordByte / StrideBytes) + 1) * StrideBytes;
        }
    }

    /// <summary>The first noted position; null while it is empty.</summary>
    public LogPosition? First
    {
        get
        {
            lock (_lock)
            {
                return _positions.Count == 0 ? null : LogPosition.FromBits(_positions[0]);
            }
        }
    }

    /// <summary>All that is noted, in the order of the log.</summary>
    public List<NotedPlace> Snapshot()
    {
        lock (_lock)
        {
            return [.. _positions.Zip(_bytes, (position, recordByte) => new NotedPlace(LogPosition.FromBits(position), recordByte))];
        }
    }

    /// <summary>Takes what recovery noted, behind what is here.</summary>
    public void CopyFrom(SparsePositions other)
    {
        lock (_lock)
        {
            _positions.AddRange(other._positions);
            _bytes.AddRange(other._bytes);
            _next = other._next;
        }
    }

    /// <summary>Takes what another one noted before a byte, into an empty one.</summary>
    public void CopyBefore(SparsePositions other, int end)
    {
        foreach (NotedPlace place in other.Snapshot().Where(place => place.Byte < end))
        {
            Note(place.Byte, place.First);
        }
    }

    /// <summary>The last noted record that begins at or before a position.</summary>
    public bool TryFind(LogPosition position, out int recordByte, out LogPosition first)
    {
        lock (_lock)
        {
            int place = _positions.BinarySearch(position.Bits);
            place = place < 0 ? ~place - 1 : place;
            recordByte = place < 0 ? 0 : _bytes[place];
            first = place < 0 ? LogPosition.None : LogPosition.FromBits(_positions[place]);
            return place >= 0;
        }
    }
}
