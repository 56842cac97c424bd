using System.Buffers;
using System.Buffers.Binary;

namespace Forewave.Storage.MySql.Indexes;

/// <summary>
/// Every so many offsets of an index, with time and bytes: enough to say about how old and how big it is. At most 256, thinned
/// when there are more. Guarded by its index.
/// </summary>
internal sealed class IndexSamples
{
    private const int Most = 256;
    private const int SampleBytes = 24;

    private readonly List<IndexSample> _samples = [];
    private long _stride = 256;

    /// <summary>The last one at or before the oldest offset; null: there is none.</summary>
    public IndexSample? Oldest => _samples.Count > 0 ? _samples[0] : null;

    /// <summary>Notes an offset, if it is time for one.</summary>
    public void Note(in IndexSample sample)
    {
        if (_samples.Count > 0 && sample.Offset - _samples[^1].Offset < _stride)
        {
            return;
        }

        _samples.Add(sample);
        if (_samples.Count > Most)
        {
            _stride *= 2;
            int kept = 0;
            for (int i = 0; i < _samples.Count; i += 2)
            {
                _samples[kept++] = _samples[i];
            }

            _samples.RemoveRange(kept, _samples.Count - kept);
        }
    }

    /// <summary>What is before an offset is gone.</summary>
    public void Expire(long first)
    {
        int gone = 0;
        while (gone + 1 < _samples.Count && _samples[gone + 1].Offset <= first)
        {
            gone++;
        }

        _samples.RemoveRange(0, gone);
    }

    /// <summary>Makes it part of its index's state.</summary>
    public void WriteTo(IBufferWriter<byte> buffer)
    {
        Span<byte> span = buffer.GetSpan(12 + (_samples.Count * SampleBytes));
        BinaryPrimitives.WriteInt64LittleEndian(span, _stride);
        BinaryPrimitives.WriteInt32LittleEndian(span[8..], _samples.Count);
        int at = 12;
        foreach (IndexSample sample in _samples)
        {
            BinaryPrimitives.WriteInt64LittleEndian(span[at..], sample.Offset);
            BinaryPrimitives.WriteInt64LittleEndian(span[(at + 8)..], sample.Time.UnixMilliseconds);
            BinaryPrimitives.WriteUInt64LittleEndian(span[(at + 16)..], sample.BytesBefore);
            at += SampleBytes;
        }

        buffer.Advance(at);
    }

    /// <summary>Reads what <see cref="WriteTo"/> wrote; returns the rest.</summary>
    public ReadOnlySpan<byte> ReadFrom(ReadOnlySpan<byte> state)
    {
        _stride = BinaryPrimitives.ReadInt64LittleEndian(state);
        int count = BinaryPrimitives.ReadInt32LittleEndian(state[8..]);
        state = state[12..];
        _samples.Clear();
        for (; count > 0; count--, state = state[SampleBytes..])
        {
            _samples.Add(new IndexSample(
                BinaryPrimitives.ReadInt64LittleEndian(state),
                new Timestamp(BinaryPrimitives.ReadInt64LittleEndian(state[8..])),
                BinaryPrimitives.ReadUInt64LittleEndian(state[16..])));
        }

        return state;
    }
}
