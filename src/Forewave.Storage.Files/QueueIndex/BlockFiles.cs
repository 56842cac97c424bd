using Forewave.Protocol;
using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.QueueIndex;

/// <summary>
/// The files that hold the index blocks of all queues: 65,536 blocks of 1 KiB each. Thread-safe.
/// <para>
/// A block is written once and not again before it was freed and a checkpoint that no longer refers to it is durable; so
/// whatever the last durable checkpoint refers to is whole after a power loss.
/// </para>
/// </summary>
internal sealed class BlockFiles : IDisposable
{
    public const int BlocksPerFile = 65_536;

    private readonly IDisk _disk;
    private readonly DiskPath _folder;
    private readonly BlockCache _cache;
    private readonly Lock _lock = new();
    private readonly List<IDiskFile> _files = [];
    private readonly Stack<BlockNumber> _free = new();
    private List<BlockNumber> _freed = [];
    private List<BlockNumber> _freedBeforeCheckpoint = [];
    private uint _next;
    private bool _hasNewFiles;

    public BlockFiles(IDisk disk, DiskPath folder, BlockCache cache)
    {
        _disk = disk;
        _folder = folder;
        _cache = cache;
    }

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

    /// <summary>Opens the files of an index of which a checkpoint refers to <paramref name="used"/>; the rest is free.</summary>
    public void Open(IReadOnlySet<BlockNumber> used)
    {
        if (!_disk.Exists(_folder))
        {
            _disk.CreateFolder(_folder);
            _disk.SyncFolder(_folder.Folder);
        }

        uint end = used.Count == 0 ? 0 : used.Max(block => block.Value) + 1;
        for (uint file = 0; file * BlocksPerFile < end; file++)
        {
            _files.Add(_disk.Open(PathOf(file), DiskOpen.OpenExisting));
        }

        for (uint number = end; number-- > 0;)
        {
            if (!used.Contains(new BlockNumber(number)))
            {
                _free.Push(new BlockNumber(number));
            }
        }

        _next = end;
    }

    /// <summary>Takes a number for a block that will be written now.</summary>
    public BlockNumber Take()
    {
        lock (_lock)
        {
            if (_free.TryPop(out BlockNumber number))
            {
                return number;
            }

            if (_next / BlocksPerFile == _files.Count)
            {
                _files.Add(OpenOrCreate(PathOf(_next / BlocksPerFile)));
                _hasNewFiles = true;
            }

            return new BlockNumber(_next++);
        }
    }

    /// <summary>Writes a block; it is durable after the next <see cref="Sync"/>.</summary>
    public void Write(IndexBlock block)
    {
        FileOf(block.Number).Write(PlaceOf(block.Number), block.Bytes);
        _cache.Put(block);
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

        byte[] bytes = new byte[IndexBlock.SizeBytes];
        FileOf(number).Read(PlaceOf(number), bytes);
        IndexBlock? block = IndexBlock.Parse(number, bytes);
        if (block is null || !IsThe(block, number, queue, firstOffset))
        {
            return null;
        }

        _cache.PutIfUnchanged(block, seen);
        return block;
    }

    /// <summary>A block is not referred to any more; it may be written again after the next checkpoint.</summary>
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
        }
    }

    /// <summary>The checkpoint that began is durable.</summary>
    public void CheckpointIsDurable()
    {
        lock (_lock)
        {
            foreach (BlockNumber number in _freedBeforeCheckpoint)
            {
                _free.Push(number);
            }

            _freedBeforeCheckpoint = [];
        }
    }

    /// <summary>Makes every block written so far durable.</summary>
    public void Sync()
    {
        IDiskFile[] files;
        bool hasNewFiles;
        lock (_lock)
        {
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

    private static bool IsThe(IndexBlock? block, BlockNumber number, QueueNumber queue, long firstOffset) =>
        block is not null && block.Number == number && block.Queue == queue.Value && block.FirstOffset == firstOffset;

    private static long PlaceOf(BlockNumber number) => (long)(number.Value % BlocksPerFile) * IndexBlock.SizeBytes;

    private IDiskFile FileOf(BlockNumber number)
    {
        lock (_lock)
        {
            return _files[(int)(number.Value / BlocksPerFile)];
        }
    }

    private DiskPath PathOf(uint file) => _folder / $"{file:D6}.index";

    // A file may be there from before a crash that came ahead of the first checkpoint with it: its bytes mean nothing.
    private IDiskFile OpenOrCreate(DiskPath path) =>
        _disk.Open(path, _disk.Exists(path) ? DiskOpen.OpenExisting : DiskOpen.CreateNew);
}
