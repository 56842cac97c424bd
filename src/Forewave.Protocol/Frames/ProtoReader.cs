using System.Buffers.Binary;

namespace Forewave.Protocol.Frames;

/// <summary>
/// Reads Protocol Buffers' encoding from a span: never past its end, never throwing on what it finds. After a false it stands
/// where it stood or in the middle of a field; the caller gives the whole up. Stricter than the format asks for in three
/// points: groups, numbers that overflow their type and tags longer than 5 bytes are refused.
/// </summary>
public ref struct ProtoReader
{
    private const int MaxTagBytes = 5;

    // Wire types 0, 1, 2 and 5; 3 and 4 are groups, 6 and 7 do not exist.
    private const uint KnownWireTypes = 0b100111;

    private readonly ReadOnlySpan<byte> _bytes;
    private int _position;

    /// <param name="bytes">What is read, to its end.</param>
    public ProtoReader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <param name="frame">The frame; places are counted from its start.</param>
    /// <param name="part">The part of it that is read.</param>
    public ProtoReader(ReadOnlySpan<byte> frame, ByteRange part)
    {
        _bytes = frame[..part.End];
        _position = part.Start;
    }

    /// <summary>Where it stands, from the start of the frame.</summary>
    public readonly int Position => _position;

    /// <summary>Whether everything was read.</summary>
    public readonly bool IsAtEnd => _position >= _bytes.Length;

    /// <summary>The next byte as it stands; 0, which begins no field, at the end.</summary>
    public readonly byte Peek() => _position < _bytes.Length ? _bytes[_position] : (byte)0;

    /// <summary>Reads a field's tag: its number times 8 plus its wire type.</summary>
    public bool TryReadTag(out uint tag)
    {
        int start = _position;
        if (!TryReadVarint(out ulong value) || value > uint.MaxValue || _position - start > MaxTagBytes)
        {
            tag = 0;
            return false;
        }
        tag = (uint)value;
        return tag >= 8 && (KnownWireTypes >> (int)(tag & 7) & 1) != 0;
    }

    /// <summary>Reads a varint of at most 10 bytes and 64 bits.</summary>
    public bool TryReadVarint(out ulong value)
    {
        int position = _position;
        if ((uint)position < (uint)_bytes.Length && _bytes[position] < 0x80)
        {
            value = _bytes[position];
            _position = position + 1;
            return true;
        }
        return TryReadLongVarint(out value);
    }

    /// <summary>Reads a varint of at most 32 bits.</summary>
    public bool TryReadUInt32(out uint value)
    {
        bool read = TryReadVarint(out ulong wide) && wide <= uint.MaxValue;
        value = read ? (uint)wide : 0;
        return read;
    }

    /// <summary>Reads a varint as a truth value.</summary>
    public bool TryReadBool(out bool value)
    {
        bool read = TryReadVarint(out ulong wide);
        value = wide != 0;
        return read;
    }

    /// <summary>Reads 8 bytes, little-endian.</summary>
    public bool TryReadFixed64(out ulong value)
    {
        if (!BinaryPrimitives.TryReadUInt64LittleEndian(_bytes[_position..], out value))
            return false;
        _position += sizeof(ulong);
        return true;
    }

    /// <summary>Reads a length and so many bytes, which stay the frame owner's.</summary>
    public bool TryReadBytes(out ReadOnlySpan<byte> value)
    {
        if (!TryReadVarint(out ulong length) || length > (ulong)(_bytes.Length - _position))
        {
            value = default;
            return false;
        }
        value = _bytes.Slice(_position, (int)length);
        _position += (int)length;
        return true;
    }

    /// <summary>The same, by place.</summary>
    public bool TryReadRange(out ByteRange range)
    {
        bool read = TryReadBytes(out var value);
        range = new ByteRange { Start = _position - value.Length, Length = value.Length };
        return read;
    }

    /// <summary>Passes over the value that follows <paramref name="tag"/>.</summary>
    public bool TrySkip(uint tag)
    {
        switch (tag & 7)
        {
            case 0:
                return TryReadVarint(out _);
            case 1:
                return TryAdvance(sizeof(ulong));
            case 2:
                return TryReadBytes(out _);
            case 5:
                return TryAdvance(sizeof(uint));
            default:
                return false;
        }
    }

    private bool TryAdvance(int byteCount)
    {
        if (_bytes.Length - _position < byteCount)
            return false;
        _position += byteCount;
        return true;
    }

    private bool TryReadLongVarint(out ulong value)
    {
        value = 0;
        var rest = _bytes[_position..];
        for (int i = 0, shift = 0; i < rest.Length && shift < 64; i++, shift += 7)
        {
            byte b = rest[i];
            // The tenth byte holds bit 63 alone.
            if (shift == 63 && b > 1)
                return false;
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80)
            {
                _position += i + 1;
                return true;
            }
        }
        return false;
    }
}
