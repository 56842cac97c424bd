using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace Forewave.Protocol.Frames;

/// <summary>
/// Writes Protocol Buffers' encoding into a span whose size was computed first. A span too short is a bug of the caller and
/// throws; nothing is written past it.
/// </summary>
internal ref struct ProtoWriter
{
    private readonly Span<byte> _destination;
    private int _position;

    public ProtoWriter(Span<byte> destination) => _destination = destination;

    public readonly int Position => _position;

    /// <summary>Bytes of a varint, 1 to 10.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int SizeOf(ulong value) => (BitOperations.Log2(value | 1) * 9 + 73) / 64;

    /// <summary>Bytes of a varint field with a tag of one byte; none for 0, the default that proto3 leaves out.</summary>
    public static int SizeOfField(ulong value) => value == 0 ? 0 : 1 + SizeOf(value);

    /// <summary>Bytes of a length-delimited field with a tag of one byte.</summary>
    public static int SizeOfBytesField(int length) => 1 + SizeOf((uint)length) + length;

    public void WriteFrameLength(int length)
    {
        BinaryPrimitives.WriteInt32BigEndian(_destination[_position..], length);
        _position += sizeof(int);
    }

    public void WriteTag(uint tag) => _destination[_position++] = (byte)tag;

    public void WriteVarint(ulong value)
    {
        while (value >= 0x80)
        {
            _destination[_position++] = (byte)(value | 0x80);
            value >>= 7;
        }
        _destination[_position++] = (byte)value;
    }

    /// <summary>Writes the field unless it is 0.</summary>
    public void WriteField(uint tag, ulong value)
    {
        if (value == 0)
            return;
        WriteTag(tag);
        WriteVarint(value);
    }

    public void WriteFixed64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_destination[_position..], value);
        _position += sizeof(ulong);
    }

    public void WriteBytesField(uint tag, ReadOnlySpan<byte> value)
    {
        WriteHead(tag, value.Length);
        value.CopyTo(_destination[_position..]);
        _position += value.Length;
    }

    /// <summary>Writes text whose size as UTF-8 is known.</summary>
    public void WriteTextField(uint tag, ReadOnlySpan<char> value, int byteCount)
    {
        WriteHead(tag, byteCount);
        _position += Encoding.UTF8.GetBytes(value, _destination.Slice(_position, byteCount));
    }

    /// <summary>Writes the tag and length that <paramref name="length"/> bytes follow.</summary>
    public void WriteHead(uint tag, int length)
    {
        WriteTag(tag);
        WriteVarint((uint)length);
    }

    /// <summary>The next bytes, for someone else to fill.</summary>
    public Span<byte> Take(int length)
    {
        var taken = _destination.Slice(_position, length);
        _position += length;
        return taken;
    }
}
