namespace Forewave.Storage.Files.GroupCommit;

/// <summary>
/// The gather blocks in a ring: the active one, those that wait to be written, and the written ones, from which readers at
/// the log's tail copy. Claiming belongs to whoever holds the gather lock; pinning is for any thread, without a lock.
/// </summary>
internal sealed class RecentMemory
{
    private readonly GatherBlock[] _blocks;
    private int _active;

    /// <param name="options">Number and size of the blocks.</param>
    /// <param name="unpinned">Called when a reader lets go of one.</param>
    public RecentMemory(FilesStoreOptions options, Action unpinned)
    {
        _blocks = new GatherBlock[options.RecentMemoryBlocks];
        for (int i = 0; i < _blocks.Length; i++)
        {
            _blocks[i] = new GatherBlock(options.BlockBytes, unpinned);
        }
    }

    /// <summary>The block that gathers.</summary>
    public GatherBlock Active => _blocks[_active];

    /// <summary>
    /// Makes the oldest block that is free the active one. False: none is, or more than half of them wait to be written
    /// (the rest is for readers at the tail).
    /// </summary>
    public bool TryAdvance(in BlockClaim claim)
    {
        if (_blocks.Count(static block => block.Committed != block.Filled) > _blocks.Length / 2)
        {
            return false;
        }

        for (int i = 1; i <= _blocks.Length; i++)
        {
            int place = (_active + i) % _blocks.Length;
            if (_blocks[place].TryClaim(claim))
            {
                _active = place;
                return true;
            }
        }

        return false;
    }

    /// <summary>Holds the block of a committed record that is still in memory.</summary>
    public bool TryPin(RecordLocation location, out GatherBlock block, out int at)
    {
        foreach (GatherBlock candidate in _blocks)
        {
            if (candidate.TryPin(location, out at))
            {
                block = candidate;
                return true;
            }
        }

        block = _blocks[0];
        at = 0;
        return false;
    }
}
