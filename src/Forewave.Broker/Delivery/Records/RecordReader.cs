using System.Buffers.Binary;
using System.Text;
using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Records;

/// <summary>
/// Reads what <see cref="RecordWriter"/> wrote. The bytes passed a CRC: what does not fit is a bug or a newer version, and
/// throws.
/// </summary>
internal ref struct RecordReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Bytes that were not read yet.</summary>
    public readonly int Remaining => _rest.Length;

    /// <summary>Reads a version and throws where it is above the newest one known.</summary>
    public byte Version(byte newest)
    {
        byte version = Byte();
        if (version == 0 || version > newest)
            throw new InvalidDataException($"delivery record of version {version}, this broker reads up to {newest}");
        return version;
    }

    /// <summary>Reads one byte.</summary>
    public byte Byte() => Take(1)[0];

    /// <summary>Reads 4 bytes.</summary>
    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(sizeof(uint)));

    /// <summary>Reads 4 bytes that count something.</summary>
    public int Count() => checked((int)UInt32());

    /// <summary>Reads 8 bytes.</summary>
    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)));

    /// <summary>Reads 8 bytes.</summary>
    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    /// <summary>Reads the 16 bytes of an id.</summary>
    public ConsumerId Id() =>
        ConsumerId.TryRead(Take(ConsumerId.ByteLength), out var id) ? id : throw new InvalidDataException("a consumer id of zeros");

    /// <summary>Reads a text.</summary>
    public string Text()
    {
        int length = Byte();
        return length == 0 ? "" : Encoding.UTF8.GetString(Take(length));
    }

    /// <summary>Reads a long text.</summary>
    public string LongText() => Encoding.UTF8.GetString(Take(Count()));

    /// <summary>Reads so many bytes.</summary>
    public ReadOnlySpan<byte> Take(int count)
    {
        if (count > _rest.Length)
            throw new InvalidDataException($"delivery record ends {count - _rest.Length} bytes early");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
