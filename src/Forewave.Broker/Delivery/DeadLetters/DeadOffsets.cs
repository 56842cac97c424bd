using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.Records;

namespace Forewave.Broker.Delivery.DeadLetters;

/// <summary>
/// Which offset of the queue stands at which place of the dead letters, so that a message's dead letter is found: 8 bytes for each
/// place, in blocks of 64 places that are dropped when nothing is left in them. Finding looks at all of them, 64 at once. For the
/// loop alone.
/// </summary>
internal sealed class DeadOffsets
{
    private const int Shift = 6;
    private const int Size = 1 << Shift;

    private readonly SortedDictionary<long, long[]> _blocks = [];

    /// <summary>The dead letter of an offset got its place.</summary>
    public void Add(PlaceRange range, long offset)
    {
        long place = range.First;
        if (!_blocks.TryGetValue(place >> Shift, out long[]? block))
            _blocks.Add(place >> Shift, block = new long[Size]);
        block[place & (Size - 1)] = offset;
    }

    /// <summary>Dead letters are gone.</summary>
    public void Remove(PlaceRange range)
    {
        for (long place = range.First; place < range.End;)
        {
            long end = Math.Min(range.End, ((place >> Shift) + 1) << Shift);
            if (_blocks.TryGetValue(place >> Shift, out long[]? block))
            {
                block.AsSpan((int)(place & (Size - 1)), (int)(end - place)).Clear();
                if (!block.AsSpan().ContainsAnyExcept(0))
                    _blocks.Remove(place >> Shift);
            }
            place = end;
        }
    }

    /// <summary>The offset of the dead letter at a place; 0: not known.</summary>
    public long At(long place) => _blocks.TryGetValue(place >> Shift, out long[]? block) ? block[place & (Size - 1)] : 0;

    /// <summary>The place of the dead letter of an offset; null: it has none that is known.</summary>
    public long? Find(long offset)
    {
        foreach (var (number, block) in _blocks)
        {
            int at = block.AsSpan().IndexOf(offset);
            if (at >= 0)
                return (number << Shift) + at;
        }
        return null;
    }

    /// <summary>Adds the offsets of a span that have a dead letter, in no order. Costs as much as <see cref="Find"/>.</summary>
    public void AddWithin(OffsetSpan span, SortedSet<long> found)
    {
        foreach (long[] block in _blocks.Values)
        {
            foreach (long offset in block)
            {
                if (offset >= span.First && offset < span.End && offset > 0)
                    found.Add(offset);
            }
        }
    }

    /// <summary>The places of the dead letters of some offsets, of those that have one: one look at all of them.</summary>
    public Dictionary<long, long> FindAll(IReadOnlySet<long> offsets)
    {
        var places = new Dictionary<long, long>();
        if (offsets.Count == 0)
            return places;
        foreach (var (number, block) in _blocks)
        {
            for (int at = 0; at < block.Length; at++)
            {
                if (block[at] > 0 && offsets.Contains(block[at]))
                    places.TryAdd(block[at], (number << Shift) + at);
            }
        }
        return places;
    }

    /// <summary>Writes it into a checkpoint.</summary>
    public void Write(RecordWriter writer)
    {
        writer.UInt32((uint)_blocks.Count);
        foreach (var (number, block) in _blocks)
        {
            writer.Int64(number);
            foreach (long offset in block)
                writer.Int64(offset);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public void Read(ref RecordReader reader)
    {
        for (int i = reader.Count(); i > 0; i--)
        {
            long[] block = new long[Size];
            _blocks[reader.Int64()] = block;
            foreach (ref long offset in block.AsSpan())
                offset = reader.Int64();
        }
    }
}
