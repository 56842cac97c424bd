using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Records;

/// <summary>The payload of a Settled record before its runs.</summary>
internal readonly record struct SettledRecord
{
    private const byte Version = 1;

    /// <summary>How the leases ended.</summary>
    public required SettledHow How { get; init; }

    /// <summary>Unix time in milliseconds when they did.</summary>
    public required long Time { get; init; }

    /// <summary>Nack: Unix time in milliseconds when the messages come again.</summary>
    public long DueTime { get; init; }

    /// <summary>Nack: why.</summary>
    public string Reason { get; init; }

    /// <summary>Up to an offset: whose leases; else not to be used.</summary>
    public ConsumerId Consumer { get; init; }

    /// <summary>How many runs follow.</summary>
    public int Runs { get; init; }

    /// <summary>Writes it; returns the place of the number of runs, which the caller fills after writing them.</summary>
    public int Write(RecordWriter writer)
    {
        writer.Byte(Version);
        writer.Byte((byte)How);
        writer.Int64(Time);
        if (How == SettledHow.Nack)
        {
            writer.Int64(DueTime);
            writer.Text(Reason ?? "");
        }
        if (How == SettledHow.AckUpTo)
            writer.Id(Consumer);
        return writer.ReserveUInt32();
    }

    /// <summary>Reads it; <paramref name="runs"/> stands at the first run then.</summary>
    public static SettledRecord Read(ReadOnlySpan<byte> payload, out RecordReader runs)
    {
        runs = new RecordReader(payload);
        runs.Version(Version);
        var how = (SettledHow)runs.Byte();
        long time = runs.Int64();
        long due = how == SettledHow.Nack ? runs.Int64() : 0;
        string reason = how == SettledHow.Nack ? runs.Text() : "";
        var consumer = how == SettledHow.AckUpTo ? runs.Id() : default;
        return new SettledRecord
        {
            How = how, Time = time, DueTime = due, Reason = reason, Consumer = consumer, Runs = runs.Count(),
        };
    }
}
