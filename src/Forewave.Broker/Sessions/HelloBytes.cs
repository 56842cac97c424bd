using System.Buffers;
using System.Buffers.Binary;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Sessions;

/// <summary>
/// The hello of a connection while it comes in, in an array that is no longer than what has come needs: whoever is not let in yet holds no
/// block of the sockets' memory. For the read loop alone.
/// </summary>
internal sealed class HelloBytes
{
    private const int LeastBytes = 64;
    private byte[] _bytes = [];
    private int _count;

    /// <summary>All of it is there.</summary>
    public bool IsWhole => _count > FrameDecoder.LengthBytes && _count == Wanted;

    /// <summary>It, once it is whole; valid as long as nothing more is taken.</summary>
    public ReadOnlyMemory<byte> Frame => _bytes.AsMemory(FrameDecoder.LengthBytes, _count - FrameDecoder.LengthBytes);

    private int Wanted => _count < FrameDecoder.LengthBytes
        ? FrameDecoder.LengthBytes
        : FrameDecoder.LengthBytes + (int)BinaryPrimitives.ReadUInt32BigEndian(_bytes);

    /// <summary>Takes what belongs to it.</summary>
    /// <param name="buffer">What has come.</param>
    /// <param name="problem">Why it will never be whole; nothing was taken for it.</param>
    /// <returns>The end of what was taken.</returns>
    public SequencePosition Take(ReadOnlySequence<byte> buffer, out FrameProblem problem)
    {
        var rest = buffer;
        Fill(ref rest, FrameDecoder.LengthBytes);
        problem = Problem();
        if (problem.IsNone && _count >= FrameDecoder.LengthBytes)
            Fill(ref rest, Wanted);
        return rest.Start;
    }

    private FrameProblem Problem()
    {
        if (_count < FrameDecoder.LengthBytes)
            return FrameProblem.None;
        uint length = BinaryPrimitives.ReadUInt32BigEndian(_bytes);
        return length is 0 or > Limits.HelloFrameBytes ? FrameProblem.OfLength(length) : FrameProblem.None;
    }

    private void Fill(ref ReadOnlySequence<byte> rest, int upTo)
    {
        int taken = (int)Math.Min(Math.Max(upTo - _count, 0), rest.Length);
        if (taken == 0)
            return;
        if (_count + taken > _bytes.Length)
            Array.Resize(ref _bytes, Math.Min(Math.Max(LeastBytes, Math.Max(_count + taken, 2 * _bytes.Length)), FrameDecoder.LengthBytes + Limits.HelloFrameBytes));
        rest.Slice(0, taken).CopyTo(_bytes.AsSpan(_count));
        _count += taken;
        rest = rest.Slice(taken);
    }
}
