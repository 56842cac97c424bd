using Forewave.Protocol;
using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.QueueIndex;

/// <summary>
/// The files that hold the index blocks of all queues: 65,536 blocks of 1 KiB each. Thread-safe.
/// <para>
/// A block is written once and not again before it was freed and two checkpoints that no longer refer to it are durable; so
/// whatever the last durable checkpoint or the one before refers to is whole after a power loss.
/// </para>
/// <para>
/// A disk that is full throws at nobody who writes a block: the block waits in memory, is read from there, and is written by
/// <see cref="TryWriteWaiting"/> or the next <see cref="Sync"/>. Whoever lets records in has to stop meanwhile
/// (<see cref="HasWaiting"/>): only what was appended before bounds that memory.
/// </para>
/// </summary>
internal sealed class BlockFiles : IDisposable
{
    public const int BlocksPerFile = 65_536;

    private const int QueueLocks = 1_024;

    private readonly IDisk _disk;
    private readonly DiskPath _folder;
    private readonly BlockCache _cache;
    private readonly Lock _lock = new();
    private readonly Lock[] _queueLocks = [.. Enumerable.Range(0, QueueLocks).Select(static _ => new Lock())];
    private readonly List<IDiskFile> _files = [];
    private readonly Stack<BlockNumber> _free = new();
    private readonly Dictionary<BlockNumber, IndexBlock> _waiting = [];
    private List<BlockNumber> _freed = [];
    private List<BlockNumber> _freedBeforeCheckpoint = [];
    private List<BlockNumber> _heldForPrevious = [];
    private List<BlockNumber> _taken = [];
    private uint _next;
    private bool _hasNewFiles;
    private volatile bool _hasWaiting;

    public BlockFiles(IDisk disk, DiskPath folder, BlockCache cache)
    {
        _disk = disk;
        _folder = folder;
        _cache = cache;
    }

    /// <summary>
    /// The lock of a queue's index, shared with few others: nobody holds two. One for each queue would be one more object that is
    /// not in the processor's cache.
    /// </summary>
    public Lock LockOf(QueueNumber queue) => _queueLocks[queue.Value % QueueLocks];

    /// <summary>Bytes of the files.</summary>
    public long DiskBytes
    {
        get
        {
            lock (_lock)
            {
                return (long)_next * IndexBlock.SizeBytes;
            }
        }
    }

    /// <summary>The disk was too full for a block; it waits in memory.</summary>
    public bool HasWaiting => _hasWaiting;

    /// <summary>
    /// Opens the files that a checkpoint knows of. Blocks that were taken or freed while it was written are not in use unless
    /// <paramref name="isReferredTo"/> says that they are in it; the checkpoint before it may refer to them still.
    /// </summary>
    /// <exception cref="DiskException">A file is missing.</exception>
    public void Open(BlockUse use, Func<IndexBlock, bool> isReferredTo)
    {
        if (!_disk.Exists(_folder))
        {
            _disk.CreateFolder(_folder);
            _disk.SyncFolder(_folder.Folder);
        }

        for (uint file = 0; file * BlocksPerFile < use.Length; file++)
        {
            _files.Add(_disk.Open(PathOf(file), DiskOpen.OpenExisting));
        }

        _next = (uint)use.Length;
        foreach (BlockNumber number in use.Doubtful)
        {
            use[number] = ReadAny(number) is { } block && isReferredTo(block);
        }

        _heldForPrevious = [.. use.Doubtful.Concat(use.Held).Where(number => !use[number]).Distinct()];
        HashSet<BlockNumber> held = [.. _heldForPrevious];
        for (uint number = _next; number-- > 0;)
        {
            if (!use[new BlockNumber(number)] && !held.Contains(new BlockNumber(number)))
            {
                _free.Push(new BlockNumber(number));
            }
        }
    }

    /// <summary>Whether every file that a checkpoint knows of is there.</summary>
    public bool Exist(BlockUse use)
    {
        bool exist = true;
        for (uint file = 0; exist && file * BlocksPerFile < use.Length; file++)
        {
            exist = _disk.Exists(PathOf(file));
        }

        return exist;
    }

    /// <summary>Takes a number for a block that will be written now.</summary>
    public BlockNumber Take()
    {
        lock (_lock)
        {
            if (_free.TryPop(out BlockNumber number))
            {
                _taken.Add(number);
                return number;
            }

            number = new BlockNumber(_next++);
            _taken.Add(number);
            return number;
        }
    }

    /// <summary>Writes a block; it is durable after the next <see cref="Sync"/>.</summary>
    /// <exception cref="DiskException">The disk failed, but not for want of space.</exception>
    public void Write(IndexBlock block)
    {
        _cache.Put(block);
        try
        {
            WriteNow(block);
            Forget(block.Number);
        }
        catch (DiskException full) when (full.IsRefusal())
        {
            lock (_lock)
            {
                _waiting[block.Number] = block;
                _hasWaiting = true;
            }
        }
    }

    /// <summary>Writes the blocks that wait; false: the disk is too full still.</summary>
    public bool TryWriteWaiting()
    {
        try
        {
            WriteWaiting();
            return true;
        }
        catch (DiskException full) when (full.IsRefusal())
        {
            return false;
        }
    }

    /// <summary>A block from memory; null when it is not there.</summary>
    public IndexBlock? Recent(BlockNumber number, QueueNumber queue, long firstOffset)
    {
        IndexBlock? block = _cache.Peek(number);
        return IsThe(block, number, queue, firstOffset) ? block : null;
    }

    /// <summary>A block from memory or disk; null when its number belongs to something else by now.</summary>
    /// <exception cref="StoreException">The bytes on disk are not a block.</exception>
    public IndexBlock? Read(BlockNumber number, QueueNumber queue, long firstOffset)
    {
        IndexBlock? seen = _cache.Peek(number);
        if (IsThe(seen, number, queue, firstOffset))
        {
            return seen;
        }

        IndexBlock? block = ReadAny(number);
        if (block is null || !IsThe(block, number, queue, firstOffset))
        {
            return null;
        }

        _cache.PutIfUnchanged(block, seen);
        return block;
    }

    /// <summary>A block is not referred to any more; it may be written again after the next two checkpoints.</summary>
    public void Free(BlockNumber number)
    {
        lock (_lock)
        {
            _freed.Add(number);
        }
    }

    /// <summary>A checkpoint begins: what was freed until now is not in it.</summary>
    public void CheckpointBegins()
    {
        lock (_lock)
        {
            _freedBeforeCheckpoint.AddRange(_freed);
            _freed = [];
            _taken = [];
        }
    }

    /// <summary>Which blocks the checkpoint that began refers to, once all queues have written their part.</summary>
    public BlockUse Use()
    {
        lock (_lock)
        {
            BlockUse use = new((int)_next);
            foreach (BlockNumber number in _free.Concat(_freedBeforeCheckpoint).Concat(_heldForPrevious))
            {
                use[number] = false;
            }

            use.Doubtful.AddRange(_taken);
            use.Doubtful.AddRange(_freed);
            use.Held.AddRange(_freedBeforeCheckpoint);
            return use;
        }
    }

    /// <summary>The checkpoint that began is durable.</summary>
    public void CheckpointIsDurable()
    {
        lock (_lock)
        {
            foreach (BlockNumber number in _heldForPrevious)
            {
                _free.Push(number);
            }

            _heldForPrevious = _freedBeforeCheckpoint;
            _freedBeforeCheckpoint = [];
        }
    }

    /// <summary>Makes every block written so far durable.</summary>
    /// <exception cref="DiskException">The disk failed; for want of space too.</exception>
    public void Sync()
    {
        WriteWaiting();
        IDiskFile[] files;
        bool hasNewFiles;
        lock (_lock)
        {
            OpenFilesUpTo(_next);
            files = [.. _files];
            hasNewFiles = _hasNewFiles;
            _hasNewFiles = false;
        }

        foreach (IDiskFile file in files)
        {
            file.Sync();
        }

        if (hasNewFiles)
        {
            _disk.SyncFolder(_folder);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _files.ForEach(file => file.Dispose());
            _files.Clear();
        }
    }

    private IndexBlock? ReadAny(BlockNumber number)
    {
        if (_hasWaiting && Waiting(number) is { } waiting)
        {
            return waiting;
        }

        byte[] bytes = new byte[IndexBlock.SizeBytes];
        FileOf(number).Read(PlaceOf(number), bytes);
        return IndexBlock.Parse(number, bytes);
    }

    private static bool IsThe(IndexBlock? block, BlockNumber number, QueueNumber queue, long firstOffset) =>
        block is not null && block.Number == number && block.Queue == queue.Value && block.FirstOffset == firstOffset;

    private static long PlaceOf(BlockNumber number) => (long)(number.Value % BlocksPerFile) * IndexBlock.SizeBytes;

    private IDiskFile FileOf(BlockNumber number)
    {
        lock (_lock)
        {
            OpenFilesUpTo(number.Value + 1);
            return _files[(int)(number.Value / BlocksPerFile)];
        }
    }

    private void OpenFilesUpTo(uint blocks)
    {
        while ((long)_files.Count * BlocksPerFile < blocks)
        {
            _files.Add(OpenOrCreate(PathOf((uint)_files.Count)));
            _hasNewFiles = true;
        }
    }

    private void WriteNow(IndexBlock block) => FileOf(block.Number).Write(PlaceOf(block.Number), block.Bytes);

    // Under the lock: nobody takes the number again, and writes another block under it, between the look and the write.
    private void WriteWaiting()
    {
        lock (_lock)
        {
            foreach (IndexBlock block in _waiting.Values.ToArray())
            {
                WriteNow(block);
                _waiting.Remove(block.Number);
            }

            _hasWaiting = false;
        }
    }

    private IndexBlock? Waiting(BlockNumber number)
    {
        lock (_lock)
        {
            return _waiting.GetValueOrDefault(number);
        }
    }

    // An older block under the same number must not be written over this one.
    private void Forget(BlockNumber number)
    {
        if (_hasWaiting)
        {
            lock (_lock)
            {
                _waiting.Remove(number);
            }
        }
    }

    private DiskPath PathOf(uint file) => _folder / $"{file:D6}.index";

    // A file may be there from before a crash that came ahead of the first checkpoint with it: its bytes mean nothing.
    private IDiskFile OpenOrCreate(DiskPath path) =>
        _disk.Open(path, _disk.Exists(path) ? DiskOpen.OpenExisting : DiskOpen.CreateNew);
}
