using System.Buffers;
using System.Buffers.Binary;

namespace Forewave.Protocol.Frames;

/// <summary>Cuts frames out of what a connection received. Stateless, allocates nothing.</summary>
public static class FrameDecoder
{
    /// <summary>Bytes of the length before each frame, big-endian; it does not count itself.</summary>
    public const int LengthBytes = 4;

    /// <summary>
    /// Takes the next frame off the front of <paramref name="buffer"/>. False when it is not there wholly yet, or when
    /// <paramref name="problem"/> is set: then no later frame can be found and the connection must be closed.
    /// </summary>
    /// <param name="buffer">What was received and not taken yet; its owner keeps it. Unchanged when false.</param>
    /// <param name="maxFrameBytes">The longest frame allowed, <see cref="Limits.FrameBytes"/> at most.</param>
    /// <param name="frame">The frame without its length, a part of the buffer.</param>
    /// <param name="problem">Set as soon as the length is seen to be 0 or too large, before a byte of the frame is waited for.</param>
    public static bool TryRead(
        ref ReadOnlySequence<byte> buffer, int maxFrameBytes, out ReadOnlySequence<byte> frame, out FrameProblem problem)
    {
        frame = default;
        problem = default;
        if (!TryReadLength(buffer, out uint length))
            return false;
        if (length == 0 || length > (uint)maxFrameBytes)
        {
            problem = FrameProblem.OfLength(length);
            return false;
        }
        if (buffer.Length - LengthBytes < length)
            return false;
        frame = buffer.Slice(LengthBytes, length);
        buffer = buffer.Slice(frame.End);
        return true;
    }

    private static bool TryReadLength(in ReadOnlySequence<byte> buffer, out uint length)
    {
        if (BinaryPrimitives.TryReadUInt32BigEndian(buffer.FirstSpan, out length))
            return true;
        if (buffer.Length < LengthBytes)
            return false;
        Span<byte> bytes = stackalloc byte[LengthBytes];
        buffer.Slice(0, LengthBytes).CopyTo(bytes);
        length = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        return true;
    }
}
