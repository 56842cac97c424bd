using System.Buffers;
using System.Buffers.Binary;

namespace Forewave.Broker;

/// <summary>Writes parts of a checkpoint, little-endian; <see cref="StateReader"/> reads them.</summary>
internal readonly struct StateWriter
{
    private readonly ArrayBufferWriter<byte> _buffer;

    public StateWriter(ArrayBufferWriter<byte> buffer) => _buffer = buffer;

    public void Byte(byte value) => Take(1)[0] = value;

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(sizeof(uint)), value);

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(sizeof(ulong)), value);

    /// <summary>One byte with the length, then the bytes: at most 255.</summary>
    public void ShortBytes(ReadOnlySpan<byte> bytes)
    {
        Byte(checked((byte)bytes.Length));
        bytes.CopyTo(Take(bytes.Length));
    }

    /// <summary>Room for so many bytes, which count as written: to be filled before anything else is written.</summary>
    public Span<byte> Take(int count)
    {
        var span = _buffer.GetSpan(Math.Max(count, 1))[..count];
        _buffer.Advance(count);
        return span;
    }
}
