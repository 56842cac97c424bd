using System.Buffers;

namespace Forewave.Server.Listeners;

/// <summary>A block of a <see cref="WireMemoryPool"/>, pinned for sockets. Returned once per rent, however often it is disposed.</summary>
internal sealed class WireMemoryBlock(WireMemoryPool pool) : IMemoryOwner<byte>
{
    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(WireMemoryPool.BlockBytes, pinned: true);
    private int _isFree;

    /// <inheritdoc/>
    public Memory<byte> Memory => _bytes;

    /// <summary>It was rented again.</summary>
    public void Taken() => Volatile.Write(ref _isFree, 0);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isFree, 1) == 0)
            pool.Return(this);
    }
}
