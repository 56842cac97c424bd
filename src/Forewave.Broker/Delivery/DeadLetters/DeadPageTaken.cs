using Forewave.Broker.Delivery.Records;

namespace Forewave.Broker.Delivery.DeadLetters;

/// <summary>The dead letters of one page of an operation.</summary>
internal sealed record DeadPageTaken
{
    /// <summary>The operation has dealt with everything up to this place, as the wire has it.</summary>
    public required long After { get; init; }

    /// <summary>Dead letters that were looked at for it.</summary>
    public required long Scanned { get; init; }

    /// <summary>Their places, as the wire has them.</summary>
    public required Places Places { get; init; }

    /// <summary>Their offsets as the wire has them, in the order of the places; empty where they were too many.</summary>
    public required IReadOnlyList<long> Offsets { get; init; }

    /// <summary>Writes it.</summary>
    public void Write(RecordWriter writer)
    {
        writer.Int64(After);
        writer.Int64(Scanned);
        Places.Write(writer);
        writer.UInt32((uint)Offsets.Count);
        foreach (long offset in Offsets)
            writer.Int64(offset);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static DeadPageTaken Read(ref RecordReader reader)
    {
        long after = reader.Int64();
        long scanned = reader.Int64();
        var places = Places.ReadFrom(ref reader);
        long[] offsets = new long[reader.Count()];
        for (int i = 0; i < offsets.Length; i++)
            offsets[i] = reader.Int64();
        return new DeadPageTaken { After = after, Scanned = scanned, Places = places, Offsets = offsets };
    }
}
