using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;

namespace Forewave.Protocol.Frames;

/// <summary>
/// Writes and reads the frames that are not on the hot path, by generated code: a ClientFrame or ServerFrame as a whole, or the
/// message of one command. Allocates. Stateless.
/// </summary>
public static class GeneratedFrame
{
    /// <summary>Writes a ClientFrame or ServerFrame with its length and advances <paramref name="destination"/>.</summary>
    public static void Write(IBufferWriter<byte> destination, IMessage frame)
    {
        ArgumentNullException.ThrowIfNull(destination);
        int byteCount = frame.CalculateSize();
        int total = FrameDecoder.LengthBytes + byteCount;
        var span = destination.GetSpan(total);
        BinaryPrimitives.WriteInt32BigEndian(span, byteCount);
        frame.WriteTo(span.Slice(FrameDecoder.LengthBytes, byteCount));
        destination.Advance(total);
    }

    /// <summary>Reads one message of generated code. Text that is not UTF-8 is refused.</summary>
    /// <param name="parser">The parser of what is expected.</param>
    /// <param name="encoded">The bytes, without a length.</param>
    /// <param name="message">The message; null when false.</param>
    /// <param name="problem"><see cref="ErrorCode.FrameBroken"/> when false.</param>
    public static bool TryParse<T>(
        MessageParser<T> parser,
        ReadOnlySpan<byte> encoded,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? message,
        out FrameProblem problem)
        where T : class, IMessage<T>
    {
        ArgumentNullException.ThrowIfNull(parser);
        try
        {
            message = parser.ParseFrom(encoded);
            if (TextCheck.IsValid(message.Descriptor, encoded))
            {
                problem = default;
                return true;
            }
        }
        catch (InvalidProtocolBufferException)
        {
            // The same answer as for text that is not UTF-8.
        }
        message = null;
        problem = FrameProblem.Broken("a frame's command or answer is broken");
        return false;
    }
}
