using System.Buffers;
using Forewave.Protocol;

namespace Forewave.Storage.Files.QueueIndex;

/// <summary>
/// Where the messages of one queue are: two levels of blocks, the newest references and runs in memory (16 bytes a run, 61
/// at most; 16 bytes for each 61 runs, 61 at most; then 16 bytes for each 3,721 runs).
/// <para>
/// Thread-safe by its own lock, held for memory operations and for writing a full block into the page cache; never while a
/// block is read from disk, except in <see cref="Relocate"/>. A thrown <see cref="StoreException"/> leaves it as it was.
/// </para>
/// </summary>
internal sealed class IndexOfQueue
{
    private const int ReadTries = 4;

    private readonly Lock _lock;
    private readonly BlockFiles _blocks;
    private readonly QueueNumber _queue;
    private readonly List<BlockReference> _leaves = [];
    private readonly List<BlockReference> _directories = [];
    private readonly List<BlockReference> _expiredDirectories = [];
    private IndexTail _tail;
    private long _firstRetained = 1;
    private long _end = 1;
    private long _bytes;
    private long _oldestTime;
    private bool _followsHole;

    public IndexOfQueue(BlockFiles blocks, QueueNumber queue)
    {
        _blocks = blocks;
        _queue = queue;
        _lock = blocks.LockOf(queue);
    }

    public QueueExtent Extent
    {
        get
        {
            lock (_lock)
            {
                return new QueueExtent(new Offset(_firstRetained), new Offset(_end), (ulong)_bytes, new Timestamp(_oldestTime));
            }
        }
    }

    /// <summary>Adds the next run; one that is known already is ignored.</summary>
    /// <exception cref="InvalidOperationException">It leaves a gap: a bug of the caller.</exception>
    public void Append(in IndexEntry run, int payloadBytes)
    {
        lock (_lock)
        {
            if (run.First.Value < _end && !_followsHole)
            {
                return;
            }

            CutBack(run.First.Value);
            if (run.First.Value > _end)
            {
                throw new InvalidOperationException($"queue {_queue.Value}: expected offset {_end}, got {run.First.Value}");
            }

            if (!_tail.HasRoomFor(run))
            {
                CloseTail();
            }

            if (_firstRetained == _end)
            {
                _oldestTime = run.Time.UnixMilliseconds;
            }

            _tail.Add(run);
            _end = run.End;
            _bytes += payloadBytes;
        }
    }

    /// <summary>Reads where the next run goes, without the lock: for the processor's cache. What it returns means nothing.</summary>
    public long Look() => _bytes | _tail.Look();

    /// <summary>
    /// Records of the replay are lost, and nobody knows whose. The index may know more than the engine, which gives their
    /// offsets to the records that follow: the next append counts, and what was here from its offset on does not.
    /// </summary>
    public void NoteHole()
    {
        lock (_lock)
        {
            _followsHole = true;
        }
    }

    /// <summary>What the index files have to know of this queue; null: nothing.</summary>
    public IndexGap? Gap
    {
        get
        {
            lock (_lock)
            {
                bool hasBlocks = _leaves.Count + _directories.Count > 0;
                return hasBlocks ? new IndexGap(_queue.Value, new Offset(_firstRetained), _tail[0]) : null;
            }
        }
    }

    /// <summary>Writes new blocks instead of those that are lost; the numbers and the tail stay.</summary>
    public void Rebuild(ReadOnlySpan<IndexEntry> runs)
    {
        lock (_lock)
        {
            (long firstRetained, long bytes, long oldestTime) = (_firstRetained, _bytes, _oldestTime);
            IndexEntry[] tail = [.. _tail.CopyTo(stackalloc IndexEntry[IndexBlock.MaxEntries])];
            _directories.Clear();
            _leaves.Clear();
            _tail.Clear();
            _end = runs.IsEmpty ? tail[0].First.Value : runs[0].First.Value;
            foreach (ref readonly IndexEntry run in runs)
            {
                Append(run, 0);
            }

            foreach (ref readonly IndexEntry run in tail.AsSpan())
            {
                Append(run, 0);
            }

            (_firstRetained, _bytes, _oldestTime) = (Math.Max(firstRetained, runs.IsEmpty ? tail[0].First.Value : 1), bytes, oldestTime);
        }
    }

    /// <summary>Makes a new index begin at an offset.</summary>
    public void BeginAt(long first)
    {
        lock (_lock)
        {
            _firstRetained = first;
            _end = first;
        }
    }

    /// <summary>The run that holds an offset, if memory knows it.</summary>
    public bool TryFind(long offset, out IndexEntry run)
    {
        run = default;
        return Locate(offset, out BlockReference leaf, out BlockReference directory, ref run) switch
        {
            IndexLevel.Tail => true,
            IndexLevel.Leaf => TryRun(_blocks.Recent(leaf.Block, _queue, leaf.FirstOffset), offset, ref run),
            IndexLevel.Directory => TryRun(RecentLeaf(directory, offset), offset, ref run),
            _ => false,
        };
    }

    /// <summary>The run that holds an offset; may read two blocks from disk. Null: there is none.</summary>
    /// <exception cref="StoreException">A block rotted.</exception>
    public IndexEntry? Find(long offset) => Find(offset, out _);

    /// <summary>Consecutive runs that begin before an end, from the one that holds an offset on; may read blocks from disk.</summary>
    public int FindRange(long offset, Span<IndexEntry> runs, Offset end)
    {
        int count = 0;
        while (count < runs.Length && offset < end.Value && Find(offset, out IndexBlock? leaf) is { } run)
        {
            runs[count++] = run;
            // The rest of a leaf needs no other look: a block is never overwritten.
            count += leaf?.CopyAfter(run, runs[count..], end) ?? 0;
            offset = runs[count - 1].End;
        }

        return count;
    }

    // With the leaf that has the run, unless the newest runs do.
    private IndexEntry? Find(long offset, out IndexBlock? leaf)
    {
        leaf = null;
        IndexEntry run = default;
        for (int i = 0; i < ReadTries; i++)
        {
            IndexLevel place = Locate(offset, out BlockReference reference, out BlockReference directory, ref run);
            if (place is IndexLevel.None or IndexLevel.Tail)
            {
                return place == IndexLevel.Tail ? run : null;
            }

            leaf = place == IndexLevel.Leaf
                ? _blocks.Read(reference.Block, _queue, reference.FirstOffset)
                : ReadLeaf(directory, offset);
            if (TryRun(leaf, offset, ref run))
            {
                return run;
            }
        }

        throw new StoreException(
            ErrorCode.StoreUnavailable,
            $"The index of queue {_queue.Value} is damaged around offset {offset}. Restart the broker with the index folder moved away: it is rebuilt from the log.");
    }

    /// <summary>The first offset whose time is not before a time: by halving, about 20 reads for a million runs.</summary>
    public Offset FindByTime(Timestamp time)
    {
        QueueExtent extent = Extent;
        long low = extent.FirstRetained.Value;
        long high = extent.End.Value;
        while (low < high)
        {
            long middle = low + ((high - low) >> 1);
            if (Find(middle) is not { } run)
            {
                return Extent.FirstRetained;
            }

            (low, high) = run.Time.CompareTo(time) < 0 ? (run.End, high) : (low, Math.Min(middle, run.First.Value));
        }

        return new Offset(Math.Max(low, extent.FirstRetained.Value));
    }

    /// <summary>
    /// The run of a record, from where it stands and when it was written; null: it is expired, or was carried over since. Costs a
    /// search by time, and a step for each run of the same millisecond.
    /// </summary>
    public IndexEntry? FindRecord(Timestamp time, RecordLocation location)
    {
        long offset = FindByTime(time).Value;
        while (Find(offset) is { } run && run.Time.CompareTo(time) <= 0)
        {
            if (run.Location == location)
            {
                return run;
            }

            offset = run.End;
        }

        return null;
    }

    /// <summary>Runs' records stand elsewhere now; in offset order. For the store's carry-over alone.</summary>
    public void Relocate(ReadOnlySpan<Relocation> moves)
    {
        lock (_lock)
        {
            while (!moves.IsEmpty)
            {
                moves = moves[RelocateSome(moves)..];
            }
        }
    }

    /// <summary>What is before an offset is not needed any more; false: it was not needed before.</summary>
    public bool Expire(long firstRetained)
    {
        lock (_lock)
        {
            firstRetained = Math.Min(firstRetained, _end);
            if (firstRetained <= _firstRetained)
            {
                return false;
            }

            _bytes = (long)(_bytes * ((double)(_end - firstRetained) / (_end - _firstRetained)));
            _firstRetained = firstRetained;
            DropBlocks();
            NoteOldestTime();
            return true;
        }
    }

    /// <summary>Frees the blocks of expired directories and all of a queue that is gone. May read from disk.</summary>
    public void FreeExpired(bool isGone)
    {
        BlockReference[] directories;
        lock (_lock)
        {
            if (isGone)
            {
                _firstRetained = _end;
                DropBlocks();
            }

            directories = _expiredDirectories.Count == 0 ? [] : [.. _expiredDirectories];
            _expiredDirectories.Clear();
        }

        foreach (BlockReference directory in directories)
        {
            FreeDirectory(directory);
        }
    }

    /// <summary>Writes what a checkpoint has to know of this queue.</summary>
    public void WriteTo(IBufferWriter<byte> writer)
    {
        lock (_lock)
        {
            IndexSnapshot.Write(
                writer,
                new IndexBounds { FirstRetained = _firstRetained, End = _end, Bytes = _bytes, OldestTime = _oldestTime },
                new IndexBlocks(_directories, _leaves),
                _tail.CopyTo(stackalloc IndexEntry[IndexBlock.MaxEntries]));
        }
    }

    /// <summary>Takes what a checkpoint knew, into a new object.</summary>
    public void ReadFrom(ReadOnlySpan<byte> snapshot)
    {
        lock (_lock)
        {
            IndexBounds bounds = IndexSnapshot.Read(snapshot, new IndexBlocks(_directories, _leaves), ref _tail);
            (_firstRetained, _end, _bytes, _oldestTime) =
                (bounds.FirstRetained, bounds.End, bounds.Bytes, bounds.OldestTime);
        }
    }

    /// <summary>Whether this queue refers to a block. May read from disk.</summary>
    public bool RefersTo(IndexBlock block)
    {
        lock (_lock)
        {
            List<BlockReference> own = block.Kind == BlockKind.Directory ? _directories : _leaves;
            BlockReference reference = new(block.FirstOffset, block.Number);
            if (own.FindLast(block.FirstOffset) is >= 0 and int place)
            {
                return own[place] == reference;
            }

            return block.Kind == BlockKind.Leaf
                && _directories.FindLast(block.FirstOffset) is >= 0 and int parent
                && _blocks.Read(_directories[parent].Block, _queue, _directories[parent].FirstOffset) is { } directory
                && directory.Leaf(directory.FindLeaf(block.FirstOffset)) == reference;
        }
    }

    // After a hole; may read from disk. Everything from the offset on comes again: it is in what is replayed.
    private void CutBack(long end)
    {
        bool isAhead = _followsHole && end < _end;
        _followsHole = false;
        if (!isAhead)
        {
            return;
        }

        // The leaves that stay; none when the offset is further back than they reach: then every block is made anew.
        bool isInTail = _tail.Count > 0 && end >= _tail.FirstOffset;
        int leaves = isInTail ? _leaves.Count : Math.Max(0, _leaves.FindLast(end));
        bool isInLeaves = leaves < _leaves.Count && end >= _leaves[leaves].FirstOffset;
        long from = isInTail ? _tail.FirstOffset : isInLeaves ? _leaves[leaves].FirstOffset : _firstRetained;
        List<IndexEntry> kept = [];
        for (long offset = Math.Max(from, _firstRetained); offset < end && Find(offset) is { } run; offset = run.End)
        {
            kept.Add(run.End > end ? run with { Count = (int)(end - run.First.Value) } : run);
        }

        if (!isInTail && !isInLeaves)
        {
            _expiredDirectories.AddRange(_directories);
            _directories.Clear();
        }

        _leaves.Skip(leaves).ToList().ForEach(leaf => _blocks.Free(leaf.Block));
        _leaves.RemoveRange(leaves, _leaves.Count - leaves);
        _tail.Clear();
        _bytes = end <= _firstRetained ? 0 : (long)(_bytes * ((double)(end - _firstRetained) / (_end - _firstRetained)));
        _firstRetained = Math.Min(_firstRetained, end);
        (_end, long oldestTime) = (kept.Count == 0 ? end : kept[0].First.Value, _oldestTime);
        kept.ForEach(run => Append(run, 0));
        _oldestTime = oldestTime;
    }

    private IndexLevel Locate(long offset, out BlockReference leaf, out BlockReference directory, ref IndexEntry run)
    {
        leaf = default;
        directory = default;
        lock (_lock)
        {
            if (offset < _firstRetained || offset >= _end)
            {
                return IndexLevel.None;
            }

            if (_tail.Holds(offset))
            {
                run = _tail[_tail.Find(offset)];
                return IndexLevel.Tail;
            }

            if (_leaves.FindLast(offset) is >= 0 and int place)
            {
                leaf = _leaves[place];
                return IndexLevel.Leaf;
            }

            directory = _directories[_directories.FindLast(offset)];
            return IndexLevel.Directory;
        }
    }

    private IndexBlock? RecentLeaf(BlockReference directory, long offset)
    {
        if (_blocks.Recent(directory.Block, _queue, directory.FirstOffset) is not { } block)
        {
            return null;
        }

        BlockReference leaf = block.Leaf(block.FindLeaf(offset));
        return _blocks.Recent(leaf.Block, _queue, leaf.FirstOffset);
    }

    private IndexBlock? ReadLeaf(BlockReference directory, long offset)
    {
        if (_blocks.Read(directory.Block, _queue, directory.FirstOffset) is not { } block)
        {
            return null;
        }

        BlockReference leaf = block.Leaf(block.FindLeaf(offset));
        return _blocks.Read(leaf.Block, _queue, leaf.FirstOffset);
    }

    private static bool TryRun(IndexBlock? leaf, long offset, ref IndexEntry run)
    {
        if (leaf is null || leaf.Kind != BlockKind.Leaf)
        {
            return false;
        }

        run = leaf.Run(leaf.FindRun(offset));
        return offset >= run.First.Value && offset < run.End;
    }

    private void CloseTail()
    {
        IndexBlock leaf = IndexBlock.OfRuns(_blocks.Take(), _queue, _tail.CopyTo(stackalloc IndexEntry[IndexBlock.MaxEntries]));
        _blocks.Write(leaf);
        _leaves.Add(new BlockReference(leaf.FirstOffset, leaf.Number));
        _tail.Clear();
        if (_leaves.Count == IndexBlock.MaxEntries)
        {
            CloseLeaves();
        }
    }

    private void CloseLeaves()
    {
        IndexBlock directory = IndexBlock.OfLeaves(
            _blocks.Take(), _queue, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_leaves));
        _blocks.Write(directory);
        _directories.Add(new BlockReference(directory.FirstOffset, directory.Number));
        _leaves.Clear();
    }

    // Relocates the moves at the front that lie in one leaf (or the tail); returns how many.
    private int RelocateSome(ReadOnlySpan<Relocation> moves)
    {
        // The first run may be expired in part: it is looked for by what is left of it.
        long offset = Math.Max(moves[0].First.Value, _firstRetained);
        if (offset >= _end)
        {
            return 1;
        }

        if (_tail.Holds(offset))
        {
            foreach (Relocation move in moves)
            {
                _tail.Relocate(move);
            }

            return moves.Length;
        }

        int place = _leaves.FindLast(offset);
        if (place >= 0)
        {
            int done = RewriteLeaf(_leaves[place], moves, out BlockReference leaf);
            _leaves[place] = leaf;
            return done;
        }

        return RelocateInDirectory(_directories.FindLast(offset), moves);
    }

    private int RelocateInDirectory(int place, ReadOnlySpan<Relocation> moves)
    {
        BlockReference old = _directories[place];
        IndexBlock directory = Whole(_blocks.Read(old.Block, _queue, old.FirstOffset), old);
        Span<BlockReference> leaves = stackalloc BlockReference[IndexBlock.MaxEntries];
        for (int i = 0; i < directory.Count; i++)
        {
            leaves[i] = directory.Leaf(i);
        }

        int child = directory.FindLeaf(moves[0].First.Value);
        int done = RewriteLeaf(leaves[child], moves, out leaves[child]);
        IndexBlock copy = IndexBlock.OfLeaves(_blocks.Take(), _queue, leaves[..directory.Count]);
        _blocks.Write(copy);
        _blocks.Free(old.Block);
        _directories[place] = new BlockReference(copy.FirstOffset, copy.Number);
        return done;
    }

    private int RewriteLeaf(BlockReference old, ReadOnlySpan<Relocation> moves, out BlockReference copy)
    {
        IndexBlock leaf = Whole(_blocks.Read(old.Block, _queue, old.FirstOffset), old);
        IndexEntry[] runs = new IndexEntry[leaf.Count];
        for (int i = 0; i < runs.Length; i++)
        {
            runs[i] = leaf.Run(i);
        }

        int done = 0;
        for (; done < moves.Length && moves[done].First.Value < leaf.EndOffset; done++)
        {
            ref IndexEntry run = ref runs[leaf.FindRun(moves[done].First.Value)];
            run = run.First == moves[done].First ? run with { Location = moves[done].To } : run;
        }

        IndexBlock written = IndexBlock.OfRuns(_blocks.Take(), _queue, runs);
        _blocks.Write(written);
        _blocks.Free(old.Block);
        copy = new BlockReference(written.FirstOffset, written.Number);
        return Math.Max(done, 1);
    }

    private IndexBlock Whole(IndexBlock? block, BlockReference reference) => block ?? throw new StoreException(
        ErrorCode.StoreUnavailable,
        $"Block {reference.Block.Value} of the index of queue {_queue.Value} is damaged. Restart the broker with the index folder moved away: it is rebuilt from the log.");

    // A block goes when the one after it begins at or before the first retained offset.
    private void DropBlocks()
    {
        long afterLeaves = _tail.Count > 0 ? _tail.FirstOffset : _end;
        long afterDirectories = _leaves.Count > 0 ? _leaves[0].FirstOffset : afterLeaves;
        int directories = CountBefore(_directories, afterDirectories);
        _expiredDirectories.AddRange(_directories.Take(directories));
        _directories.RemoveRange(0, directories);

        int leaves = CountBefore(_leaves, afterLeaves);
        foreach (BlockReference leaf in _leaves.Take(leaves))
        {
            _blocks.Free(leaf.Block);
        }

        _leaves.RemoveRange(0, leaves);
        if (_firstRetained == _end)
        {
            _tail.Clear();
        }
    }

    private int CountBefore(List<BlockReference> blocks, long end)
    {
        int count = 0;
        while (count < blocks.Count && (count + 1 < blocks.Count ? blocks[count + 1].FirstOffset : end) <= _firstRetained)
        {
            count++;
        }

        return count;
    }

    // Without a look at the disk: when memory does not know it, the time stays a lower bound.
    private void NoteOldestTime()
    {
        if (_tail.Count > 0 && _tail.Holds(_firstRetained) && _firstRetained < _end)
        {
            _oldestTime = _tail[_tail.Find(_firstRetained)].Time.UnixMilliseconds;
        }
        else if (_leaves.FindLast(_firstRetained) is >= 0 and int place
            && _blocks.Recent(_leaves[place].Block, _queue, _leaves[place].FirstOffset) is { } leaf)
        {
            _oldestTime = leaf.Run(leaf.FindRun(_firstRetained)).Time.UnixMilliseconds;
        }
    }

    private void FreeDirectory(BlockReference reference)
    {
        if (_blocks.Read(reference.Block, _queue, reference.FirstOffset) is { } directory)
        {
            for (int i = 0; i < directory.Count; i++)
            {
                _blocks.Free(directory.Leaf(i).Block);
            }
        }

        _blocks.Free(reference.Block);
    }
}
