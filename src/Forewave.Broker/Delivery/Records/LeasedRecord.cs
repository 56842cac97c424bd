using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Records;

/// <summary>The payload of a Leased record before its runs.</summary>
internal readonly record struct LeasedRecord
{
    private const byte Version = 1;

    /// <summary>What it says besides the lease.</summary>
    public required LeaseKind Kind { get; init; }

    /// <summary>Who has the leases.</summary>
    public required ConsumerId Consumer { get; init; }

    /// <summary>Its name.</summary>
    public required string ConsumerName { get; init; }

    /// <summary>Unix time in milliseconds when they were given.</summary>
    public required long Time { get; init; }

    /// <summary>How long they last, in milliseconds.</summary>
    public required uint VisibilityMilliseconds { get; init; }

    /// <summary>The epoch that gave them; 0: some earlier one.</summary>
    public required uint Epoch { get; init; }

    /// <summary>How many runs follow.</summary>
    public int Runs { get; init; }

    /// <summary>Writes it; returns the place of the number of runs, which the caller fills after writing them.</summary>
    public int Write(RecordWriter writer)
    {
        writer.Byte(Version);
        writer.Byte((byte)Kind);
        writer.Id(Consumer);
        writer.Text(ConsumerName);
        writer.Int64(Time);
        writer.UInt32(VisibilityMilliseconds);
        writer.UInt32(Epoch);
        return writer.ReserveUInt32();
    }

    /// <summary>Reads it; <paramref name="runs"/> stands at the first run then.</summary>
    public static LeasedRecord Read(ReadOnlySpan<byte> payload, out RecordReader runs)
    {
        runs = new RecordReader(payload);
        runs.Version(Version);
        return new LeasedRecord
        {
            Kind = (LeaseKind)runs.Byte(), Consumer = runs.Id(), ConsumerName = runs.Text(), Time = runs.Int64(),
            VisibilityMilliseconds = runs.UInt32(), Epoch = runs.UInt32(), Runs = runs.Count(),
        };
    }
}
