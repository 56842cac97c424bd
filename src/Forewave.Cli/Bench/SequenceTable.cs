namespace Forewave.Cli.Bench;

/// <summary>A number for each sequence of one producer, 0 where there is none. 8 bytes per sequence, in chunks. One thread.</summary>
internal sealed class SequenceTable
{
    /// <summary>What is beyond is no sequence of a benchmark, but somebody else's message.</summary>
    public const long Most = 1L << 36;

    private const int ChunkBits = 16;
    private readonly List<ulong[]?> _chunks = [];

    /// <summary>The number of a sequence from 1 to <see cref="Most"/>, to be read or written.</summary>
    public ref ulong this[long sequence]
    {
        get
        {
            int chunk = checked((int)(sequence >> ChunkBits));
            while (_chunks.Count <= chunk)
                _chunks.Add(null);
            ulong[] numbers = _chunks[chunk] ??= new ulong[1 << ChunkBits];
            return ref numbers[(int)(sequence & ((1 << ChunkBits) - 1))];
        }
    }

    /// <summary>Sequences that have a number here and none in another table, and those that have another number there.</summary>
    public (long Missing, long Different) CompareWith(SequenceTable? other)
    {
        long missing = 0, different = 0;
        for (int chunk = 0; chunk < _chunks.Count; chunk++)
        {
            if (_chunks[chunk] is not { } numbers)
                continue;
            ulong[]? others = other is null || chunk >= other._chunks.Count ? null : other._chunks[chunk];
            for (int i = 0; i < numbers.Length; i++)
            {
                ulong there = others is null ? 0 : others[i];
                missing += numbers[i] != 0 && there == 0 ? 1 : 0;
                different += numbers[i] != 0 && there != 0 && there != numbers[i] ? 1 : 0;
            }
        }
        return (missing, different);
    }
}
