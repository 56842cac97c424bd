using System.Globalization;
using Forewave.Protocol;

namespace Forewave.Cli.Bench;

/// <summary>A record file, read: by producer the log position of each acknowledged sequence.</summary>
internal sealed class BenchRecord
{
    private readonly Dictionary<BenchProducerId, SequenceTable> _producers = [];

    /// <summary>By producer.</summary>
    public IReadOnlyDictionary<BenchProducerId, SequenceTable> Producers => _producers;

    /// <summary>How many messages were recorded.</summary>
    public long Count { get; private set; }

    /// <summary>Sequences that were recorded twice, under different ids.</summary>
    public long Duplicates { get; private set; }

    /// <summary>Reads a file; a last line without an end is one that was not written wholly, and is left out.</summary>
    /// <exception cref="IOException">It cannot be read, or a line is none of a record file.</exception>
    public static BenchRecord Read(string path)
    {
        BenchRecord record = new();
        using StreamReader reader = new(path);
        long number = 0;
        while (reader.ReadLine() is { } line)
        {
            number++;
            if (!record.TryAdd(line) && !reader.EndOfStream)
                throw new IOException($"{path}: line {number} is not 'producer sequence queue messageId'");
        }
        return record;
    }

    private bool TryAdd(string line)
    {
        Span<Range> parts = stackalloc Range[5];
        var text = line.AsSpan();
        if (text.Split(parts, ' ') != 4
            || !ulong.TryParse(text[parts[0]], NumberStyles.None, CultureInfo.InvariantCulture, out ulong producer)
            || !long.TryParse(text[parts[1]], NumberStyles.None, CultureInfo.InvariantCulture, out long sequence)
            || !MessageId.TryParse(text[parts[3]], out var id))
        {
            return false;
        }
        if (!_producers.TryGetValue(new BenchProducerId(producer), out var table))
            _producers.Add(new BenchProducerId(producer), table = new SequenceTable());
        ref ulong position = ref table[sequence];
        if (position != 0 && position != id.Position.Bits)
            Duplicates++;
        position = id.Position.Bits;
        Count++;
        return true;
    }
}
