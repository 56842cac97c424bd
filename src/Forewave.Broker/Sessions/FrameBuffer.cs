using System.Buffers;

namespace Forewave.Broker.Sessions;

/// <summary>
/// Makes frames contiguous: what arrives lies in many small blocks. One frame at a time, for the read loop; the memory is
/// rented on demand, kept while frames come, and given back by <see cref="Shrink"/> when the session is idle, which any
/// thread may call at any time.
/// </summary>
internal sealed class FrameBuffer
{
    private byte[]? _kept;
    private byte[]? _inUse;

    /// <summary>The frame as one memory: valid until <see cref="Release"/>.</summary>
    public ReadOnlyMemory<byte> Take(in ReadOnlySequence<byte> frame)
    {
        if (frame.IsSingleSegment)
            return frame.First;
        int byteCount = (int)frame.Length;
        byte[]? memory = Interlocked.Exchange(ref _kept, null);
        if (memory is null || memory.Length < byteCount)
        {
            GiveBack(memory);
            memory = ArrayPool<byte>.Shared.Rent(byteCount);
        }
        _inUse = memory;
        frame.CopyTo(memory);
        return memory.AsMemory(0, byteCount);
    }

    /// <summary>The frame is done with.</summary>
    public void Release()
    {
        byte[]? memory = _inUse;
        if (memory is null)
            return;
        _inUse = null;
        GiveBack(Interlocked.Exchange(ref _kept, memory));
    }

    /// <summary>Gives back what is kept for the next frame.</summary>
    public void Shrink() => GiveBack(Interlocked.Exchange(ref _kept, null));

    private static void GiveBack(byte[]? memory)
    {
        if (memory is not null)
            ArrayPool<byte>.Shared.Return(memory);
    }
}
