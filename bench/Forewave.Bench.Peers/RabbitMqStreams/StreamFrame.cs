using System.Buffers.Binary;

namespace Forewave.Bench.Peers.RabbitMqStreams;

/// <summary>A frame of the server: <c>size (4) · key (2) · version (2) · content</c>.</summary>
/// <remarks>Its content points into the buffer that it was read from.</remarks>
internal readonly ref struct StreamFrame
{
    private const int HeaderBytes = 8;
    private const ushort AnswerBit = 0x8000;

    public StreamCommand Command { get; private init; }

    /// <summary>An answer to a request, or something the server sends by itself?</summary>
    public bool IsAnswer { get; private init; }

    public ReadOnlySpan<byte> Content { get; private init; }

    /// <summary>From the start of the buffer to the end of this frame.</summary>
    public int TotalBytes { get; private init; }

    /// <summary>False while the frame is not whole.</summary>
    public static bool TryRead(ReadOnlySpan<byte> buffer, out StreamFrame frame)
    {
        frame = default;
        if (buffer.Length < HeaderBytes)
        {
            return false;
        }

        var total = BinaryPrimitives.ReadInt32BigEndian(buffer) + sizeof(int);
        if (total < HeaderBytes)
        {
            throw new InvalidDataException($"A frame of {total} bytes.");
        }

        if (buffer.Length < total)
        {
            return false;
        }

        var key = BinaryPrimitives.ReadUInt16BigEndian(buffer[4..]);
        frame = new StreamFrame
        {
            Command = (StreamCommand)(key & ~AnswerBit),
            IsAnswer = (key & AnswerBit) != 0,
            Content = buffer[HeaderBytes..total],
            TotalBytes = total,
        };
        return true;
    }
}
