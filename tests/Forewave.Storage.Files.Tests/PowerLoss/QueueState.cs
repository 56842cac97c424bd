using System.Buffers.Binary;
using Forewave.Protocol;

namespace Forewave.Storage.Files.Tests.PowerLoss;

/// <summary>What the model's loop of one queue knows: everything that was dispatched and every record of its own, as chained checksums.</summary>
internal sealed record QueueState
{
    public const int Bytes = 24;

    public long End { get; private set; } = 1;

    public long FirstRetained { get; private set; } = 1;

    public uint Dispatched { get; private set; }

    public uint Own { get; private set; }

    public void Dispatch(in RecordHeader header)
    {
        Dispatched = Chain(Dispatched, header);
        End += header.Count;
    }

    public void ApplyOwn(in RecordHeader header)
    {
        Own = Chain(Own, header);
        if (header.Type == RecordType.Purged)
        {
            FirstRetained = (long)header.Sequence;
        }
    }

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[Bytes];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, End);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), FirstRetained);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(16), Dispatched);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(20), Own);
        return bytes;
    }

    public static QueueState From(ReadOnlySpan<byte> bytes) => new()
    {
        End = BinaryPrimitives.ReadInt64LittleEndian(bytes),
        FirstRetained = BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]),
        Dispatched = BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]),
        Own = BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]),
    };

    private static uint Chain(uint before, in RecordHeader header)
    {
        Span<byte> bytes = stackalloc byte[32];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, before);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[4..], header.Position.Bits);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], header.Count);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], header.Sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[24..], header.Extra);
        return Checksum.Of(bytes);
    }
}
