using System.Buffers.Binary;
using System.Text;

namespace Forewave.Bench.Peers.RabbitMqStreams;

/// <summary>Writes frames: <c>size (4) · key (2) · version (2)</c> and the command's fields, all big-endian.</summary>
/// <remarks>One after the other; <see cref="End"/> fills in the size of the frame that <see cref="Begin"/> opened. One thread at a time.</remarks>
internal sealed class StreamRequest
{
    private const short Version = 1;
    private byte[] _bytes = new byte[1 << 16];
    private int _frameStart;
    private int _length;

    /// <summary>All frames since <see cref="Clear"/>; valid until the next write.</summary>
    public ReadOnlyMemory<byte> Frames => _bytes.AsMemory(0, _length);

    public void Clear() => _length = 0;

    public StreamRequest Begin(StreamCommand command)
    {
        _frameStart = _length;
        return Int32(0).Int16((short)command).Int16(Version);
    }

    public void End() => BinaryPrimitives.WriteInt32BigEndian(_bytes.AsSpan(_frameStart), _length - _frameStart - sizeof(int));

    public StreamRequest Byte(byte value)
    {
        Take(1)[0] = value;
        return this;
    }

    public StreamRequest Int16(short value)
    {
        BinaryPrimitives.WriteInt16BigEndian(Take(sizeof(short)), value);
        return this;
    }

    public StreamRequest Int32(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(Take(sizeof(int)), value);
        return this;
    }

    public StreamRequest Int64(long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(Take(sizeof(long)), value);
        return this;
    }

    /// <summary>Length in 2 bytes, then UTF-8.</summary>
    public StreamRequest Text(string value)
    {
        Int16((short)Encoding.UTF8.GetByteCount(value));
        Encoding.UTF8.GetBytes(value, Take(Encoding.UTF8.GetByteCount(value)));
        return this;
    }

    /// <summary>Room for bytes that the caller writes before anything else is written here.</summary>
    public Span<byte> Take(int bytes)
    {
        if (_bytes.Length - _length < bytes)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + bytes));
        }

        _length += bytes;
        return _bytes.AsSpan(_length - bytes, bytes);
    }
}
