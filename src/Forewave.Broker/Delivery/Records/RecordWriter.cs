using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Records;

/// <summary>
/// Writes the payloads of delivery's records and the parts of its checkpoints: little-endian numbers, short texts with their
/// length. Reused: <see cref="Written"/> is valid until <see cref="Clear"/>. For one thread.
/// </summary>
internal sealed class RecordWriter
{
    private const int MaxTextBytes = 255;

    private readonly ArrayBufferWriter<byte> _bytes = new(1_024);

    /// <summary>What was written.</summary>
    public ReadOnlyMemory<byte> Written => _bytes.WrittenMemory;

    /// <summary>How many bytes.</summary>
    public int Length => _bytes.WrittenCount;

    /// <summary>Begins anew.</summary>
    public void Clear() => _bytes.ResetWrittenCount();

    /// <summary>Writes one byte.</summary>
    public void Byte(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
    }

    /// <summary>Writes 4 bytes.</summary>
    public void UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.GetSpan(sizeof(uint)), value);
        _bytes.Advance(sizeof(uint));
    }

    /// <summary>Writes 8 bytes.</summary>
    public void Int64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_bytes.GetSpan(sizeof(long)), value);
        _bytes.Advance(sizeof(long));
    }

    /// <summary>Writes 8 bytes.</summary>
    public void UInt64(ulong value) => Int64(unchecked((long)value));

    /// <summary>Writes the 16 bytes of an id.</summary>
    public void Id(ConsumerId id)
    {
        id.WriteTo(_bytes.GetSpan(ConsumerId.ByteLength));
        _bytes.Advance(ConsumerId.ByteLength);
    }

    /// <summary>Writes a text of at most 255 bytes with its length; a longer one is cut at a character.</summary>
    public void Text(string text)
    {
        Span<byte> utf8 = stackalloc byte[MaxTextBytes];
        if (!Encoding.UTF8.TryGetBytes(text, utf8, out int length))
            Encoding.UTF8.GetEncoder().Convert(text, utf8, flush: false, out _, out length, out _);
        Byte((byte)length);
        Bytes(utf8[..length]);
    }

    /// <summary>Writes a text of any length.</summary>
    public void LongText(string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        UInt32((uint)utf8.Length);
        Bytes(utf8);
    }

    /// <summary>Writes bytes as they are.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

    /// <summary>Leaves room for 4 bytes that are known later; returns their place.</summary>
    public int ReserveUInt32()
    {
        UInt32(0);
        return Length - sizeof(uint);
    }

    /// <summary>Fills what <see cref="ReserveUInt32"/> left.</summary>
    public void FillUInt32(int place, uint value)
    {
        var memory = System.Runtime.InteropServices.MemoryMarshal.AsMemory(_bytes.WrittenMemory);
        BinaryPrimitives.WriteUInt32LittleEndian(memory.Span[place..], value);
    }
}
