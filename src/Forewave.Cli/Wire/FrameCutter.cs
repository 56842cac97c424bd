using System.Buffers.Binary;
using Forewave.Protocol;

namespace Forewave.Cli.Wire;

/// <summary>
/// Cuts one direction of a connection into frames: 4 bytes of length, big-endian, then as many bytes. Holds one frame at most, 8 MiB. For
/// one thread.
/// </summary>
internal sealed class FrameCutter
{
    private const int LengthBytes = 4;

    private byte[] _pending = new byte[64 * 1024];
    private int _count;

    /// <summary>A length was none of this protocol: nothing is cut any more.</summary>
    public bool IsLost { get; private set; }

    /// <summary>The length that was none.</summary>
    public uint LostLength { get; private set; }

    /// <summary>Adds what came, and gives each frame that is whole then, without its length.</summary>
    public void Add(ReadOnlySpan<byte> bytes, Action<ReadOnlyMemory<byte>> frame)
    {
        if (IsLost)
            return;
        while (!bytes.IsEmpty && !IsLost)
        {
            int taken = Math.Min(bytes.Length, Math.Max(Wanted() - _count, 1));
            Grow(_count + taken);
            bytes[..taken].CopyTo(_pending.AsSpan(_count));
            _count += taken;
            bytes = bytes[taken..];
            if (_count == Wanted() && _count > LengthBytes)
            {
                frame(_pending.AsMemory(LengthBytes, _count - LengthBytes));
                _count = 0;
            }
        }
    }

    // Up to the end of the length, then up to the end of the frame.
    private int Wanted()
    {
        if (_count < LengthBytes)
            return LengthBytes;
        uint length = BinaryPrimitives.ReadUInt32BigEndian(_pending);
        if (length is > 0 and <= Limits.FrameBytes)
            return LengthBytes + (int)length;
        (IsLost, LostLength) = (true, length);
        return _count;
    }

    private void Grow(int bytes)
    {
        if (bytes > _pending.Length)
            Array.Resize(ref _pending, Math.Max(bytes, _pending.Length * 2));
    }
}
