using System.Buffers;
using System.Buffers.Binary;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Sessions;

/// <summary>
/// One connection's part of the <see cref="FrameMemory"/>: taken when the first bytes of a large frame are there, given back
/// when the frame was done. For the read loop; <see cref="IsOverdue"/> and <see cref="Abandon"/> for any thread.
/// </summary>
internal sealed class FrameClaim(FrameMemory memory, TimeProvider time)
{
    private int _bytes;
    private long _takenAt;
    private CancellationTokenSource? _wait;
    private volatile bool _isAbandoned;

    /// <summary>
    /// Waits until there is memory for a frame of which only a part is there. Twice its length: the bytes as they came in, and
    /// in one piece.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled, or abandoned.</exception>
    public async ValueTask TakeForAsync(ReadOnlySequence<byte> part, CancellationToken cancellation)
    {
        if (_bytes > 0 || part.Length < FrameDecoder.LengthBytes || LengthOf(part) is var length && length <= FrameMemory.FreeBytes)
            return;
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Volatile.Write(ref _wait, wait);
        if (_isAbandoned)
            await wait.CancelAsync();
        try
        {
            await memory.TakeAsync(2 * (int)length, wait.Token);
            Volatile.Write(ref _takenAt, time.GetTimestamp());
            Volatile.Write(ref _bytes, 2 * (int)length);
        }
        finally
        {
            Volatile.Write(ref _wait, null);
        }
    }

    /// <summary>The frame is done, or will never be. False: nothing was taken for it.</summary>
    public bool Give()
    {
        if (_bytes == 0)
            return false;
        memory.Give(_bytes);
        Volatile.Write(ref _bytes, 0);
        return true;
    }

    /// <summary>Whether others wait while this one has had memory for so long.</summary>
    public bool IsOverdue(long now, TimeSpan after) =>
        Volatile.Read(ref _bytes) > 0 && time.GetElapsedTime(Volatile.Read(ref _takenAt), now) >= after && memory.Waiting > 0;

    /// <summary>The connection ends: whoever waits here stops waiting.</summary>
    public void Abandon()
    {
        _isAbandoned = true;
        try
        {
            Volatile.Read(ref _wait)?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The wait is over.
        }
    }

    private static uint LengthOf(in ReadOnlySequence<byte> part)
    {
        Span<byte> bytes = stackalloc byte[FrameDecoder.LengthBytes];
        part.Slice(0, FrameDecoder.LengthBytes).CopyTo(bytes);
        return BinaryPrimitives.ReadUInt32BigEndian(bytes);
    }
}
