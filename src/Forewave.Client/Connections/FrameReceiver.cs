using System.Buffers.Binary;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Client.Connections;

/// <summary>
/// Cuts what a transport receives into frames, in one buffer that grows to the largest frame. Used by one receive loop.
/// </summary>
internal sealed class FrameReceiver
{
    private const int FirstBufferBytes = 256 * 1024;

    private readonly IWireTransport _transport;
    private readonly int _maxFrameBytes;
    private byte[] _buffer = GC.AllocateUninitializedArray<byte>(FirstBufferBytes, pinned: true);
    private int _start;
    private int _end;

    public FrameReceiver(IWireTransport transport, int maxFrameBytes)
    {
        _transport = transport;
        _maxFrameBytes = maxFrameBytes;
    }

    /// <summary>The next whole frame that has been received, without its length; valid until the next receive.</summary>
    /// <exception cref="ForewaveException">A length is 0 or above the limit.</exception>
    public bool TryTake(out ReadOnlySpan<byte> frame)
    {
        frame = default;
        if (_end - _start < FrameDecoder.LengthBytes)
        {
            return false;
        }

        int length = LengthAt(_start);
        if (_end - _start - FrameDecoder.LengthBytes < length)
        {
            return false;
        }

        frame = _buffer.AsSpan(_start + FrameDecoder.LengthBytes, length);
        _start += FrameDecoder.LengthBytes + length;
        return true;
    }

    /// <summary>Receives some bytes; false: the broker has closed.</summary>
    public async ValueTask<bool> ReceiveAsync(CancellationToken cancellation)
    {
        MakeRoom();
        int count = await _transport.ReceiveAsync(_buffer.AsMemory(_end), cancellation).ConfigureAwait(false);
        _end += count;
        return count > 0;
    }

    private int LengthAt(int at)
    {
        uint length = BinaryPrimitives.ReadUInt32BigEndian(_buffer.AsSpan(at));
        return length is > 0 && length <= (uint)_maxFrameBytes ? (int)length : throw Refusal(length);
    }

    private ForewaveException Refusal(uint length) => ForeignBytes.Describe(length) is { } foreign
        ? new ForewaveException(ErrorCode.FrameBroken, $"What answers there is no broker: {foreign}.")
        : new ForewaveException(ErrorCode.FrameTooLarge, $"The broker sent a frame of {length} bytes, 1 to {_maxFrameBytes} are agreed.");

    // Moves what is left of a frame to the front, into a larger buffer when the frame does not fit.
    private void MakeRoom()
    {
        int left = _end - _start;
        int needed = left >= FrameDecoder.LengthBytes ? FrameDecoder.LengthBytes + LengthAt(_start) : left + 1;
        byte[] target = needed <= _buffer.Length
            ? _buffer
            : GC.AllocateUninitializedArray<byte>((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)needed));
        if (_start > 0 || target != _buffer)
        {
            _buffer.AsSpan(_start, left).CopyTo(target);
        }

        (_buffer, _start, _end) = (target, 0, left);
    }
}
