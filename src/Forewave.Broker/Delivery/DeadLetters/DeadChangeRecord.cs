using Forewave.Broker.Delivery.Records;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.DeadLetters;

/// <summary>The payload of a Redriven, a DeadPurged or a DeadTakenBack record: what is done to which dead letters of a group.</summary>
internal sealed record DeadChangeRecord
{
    private const byte Version = 2;
    private const byte TakenBackVersion = 1;

    /// <summary>Which of the three.</summary>
    public required RecordType Type { get; init; }

    /// <summary>The dead letters.</summary>
    public required Places Places { get; init; }

    /// <summary>The operation that does it; of a DeadTakenBack the one that is taken back; 0: nobody asked for it.</summary>
    public ulong Operation { get; init; }

    /// <summary>Of a Redriven: first deliveries before this offset go first.</summary>
    public long AfterOffset { get; init; }

    /// <summary>Of a DeadPurged: Unix time in milliseconds until which it can be taken back; 0: they are gone.</summary>
    public long Until { get; init; }

    /// <summary>Writes it.</summary>
    public void Write(RecordWriter writer)
    {
        writer.Byte(Type == RecordType.DeadTakenBack ? TakenBackVersion : Version);
        if (Type == RecordType.Redriven)
            writer.Int64(AfterOffset);
        Places.Write(writer);
        writer.UInt64(Operation);
        if (Type == RecordType.DeadPurged)
            writer.Int64(Until);
    }

    /// <summary>Reads it; the first version of a Redriven and of a DeadPurged knew of no operations.</summary>
    public static DeadChangeRecord Read(RecordType type, ReadOnlySpan<byte> payload)
    {
        var reader = new RecordReader(payload);
        byte version = reader.Version(type == RecordType.DeadTakenBack ? TakenBackVersion : Version);
        long after = type == RecordType.Redriven ? reader.Int64() : 0;
        var places = Places.ReadFrom(ref reader);
        bool hasOperation = version > 1 || type == RecordType.DeadTakenBack;
        return new DeadChangeRecord
        {
            Type = type,
            Places = places,
            AfterOffset = after,
            Operation = hasOperation ? reader.UInt64() : 0,
            Until = hasOperation && type == RecordType.DeadPurged ? reader.Int64() : 0,
        };
    }
}
