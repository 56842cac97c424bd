using System.Buffers;
using System.Collections.Concurrent;

namespace Forewave.Server.Listeners;

/// <summary>
/// Blocks of 64 KiB for sockets. With Kestrel's own blocks of 4 KiB each receive takes at most that much, which costs a
/// broker half of its rate. Thread-safe; free blocks beyond <see cref="MaxFreeBlocks"/> are left to the garbage collector.
/// </summary>
internal sealed class WireMemoryPool : MemoryPool<byte>
{
    /// <summary>Size of a block.</summary>
    public const int BlockBytes = 64 * 1024;

    /// <summary>64 MiB: what a burst over a thousand connections uses at a time.</summary>
    private const int MaxFreeBlocks = 1_024;

    private readonly ConcurrentQueue<WireMemoryBlock> _free = new();
    private int _freeCount;

    /// <inheritdoc/>
    public override int MaxBufferSize => BlockBytes;

    /// <inheritdoc/>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        if (!_free.TryDequeue(out var block))
            return new WireMemoryBlock(this);
        Interlocked.Decrement(ref _freeCount);
        block.Taken();
        return block;
    }

    /// <summary>Takes a block back from its owner, who does not use it any more.</summary>
    public void Return(WireMemoryBlock block)
    {
        if (Interlocked.Increment(ref _freeCount) > MaxFreeBlocks)
        {
            Interlocked.Decrement(ref _freeCount);
            return;
        }
        _free.Enqueue(block);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _free.Clear();
}
