namespace Forewave.Storage.Files.QueueIndex;

/// <summary>
/// Recently used blocks of the index files. Thread-safe without locks: a direct-mapped array of immutable blocks. Never
/// throws; forgets whenever it likes.
/// </summary>
internal sealed class BlockCache
{
    private readonly IndexBlock?[] _slots;

    /// <summary>Makes a cache of so many blocks (1 KiB each), rounded up to a power of two.</summary>
    public BlockCache(int capacity) =>
        _slots = new IndexBlock?[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)capacity)];

    /// <summary>What stands where a block of this number would be kept; maybe another one.</summary>
    public IndexBlock? Peek(BlockNumber number) => Volatile.Read(ref _slots[SlotOf(number)]);

    /// <summary>Keeps a block that was just made.</summary>
    public void Put(IndexBlock block) => Volatile.Write(ref _slots[SlotOf(block.Number)], block);

    /// <summary>
    /// Keeps a block that was read from disk, unless something was put in its place since <paramref name="seen"/> was
    /// peeked: a slow reader must not hide a newer block of the same number.
    /// </summary>
    public void PutIfUnchanged(IndexBlock block, IndexBlock? seen) =>
        Interlocked.CompareExchange(ref _slots[SlotOf(block.Number)], block, seen);

    private int SlotOf(BlockNumber number) => (int)(number.Value & (uint)(_slots.Length - 1));
}
