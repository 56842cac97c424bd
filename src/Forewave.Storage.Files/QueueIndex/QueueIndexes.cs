using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Forewave.Protocol;
using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.QueueIndex;

/// <summary>
/// Offset → record location for all queues, in shared files of fixed blocks. Thread-safe; a queue's entries are appended by
/// its owner loop alone, in offset order.
/// <para>
/// Life: <see cref="Load"/> for each part of the checkpoint, <see cref="Open"/>, then the rest. For a checkpoint:
/// <see cref="WriteTo"/> (after the engine's parts, so that the index is never behind them), then the new checkpoint is made
/// durable, then <see cref="CheckpointIsDurable"/>.
/// </para>
/// </summary>
internal sealed class QueueIndexes : IDisposable
{
    /// <summary>Blocks of 1 KiB that are kept in memory.</summary>
    public const int DefaultCachedBlocks = 4096;

    private const int LookedUpTogether = 64;

    // There while the files do not match the last durable checkpoint.
    private static readonly DiskPath RebuiltMark = new("INDEX-REBUILT");

    private readonly ConcurrentDictionary<uint, IndexOfQueue> _queues = new();
    private readonly ConcurrentQueue<IndexOfQueue> _gone = new();
    private readonly BlockFiles _blocks;
    private readonly IDisk _disk;
    private BlockUse _use = new(0);
    private bool _isRebuilt;
    private volatile bool _isReplaying = true;
    private long _expirations;

    public QueueIndexes(IDisk disk, DiskPath folder, int cachedBlocks = DefaultCachedBlocks) =>
        (_disk, _blocks) = (disk, new BlockFiles(disk, folder, new BlockCache(cachedBlocks)));

    /// <summary>Bytes of the index files.</summary>
    public long DiskBytes => _blocks.DiskBytes;

    /// <summary>The disk was too full for a part of the index; it waits in memory, and no more messages may be let in.</summary>
    public bool HasWaiting => _blocks.HasWaiting;

    /// <summary>Writes what waits; false: the disk is too full still.</summary>
    /// <exception cref="DiskException">The disk failed otherwise.</exception>
    public bool TryWriteWaiting() => !_blocks.HasWaiting || _blocks.TryWriteWaiting();

    /// <summary>Counts up after each time that something was let go: nothing is needed less than before while it stays the same.</summary>
    public long Expirations => Interlocked.Read(ref _expirations);

    /// <summary>The queues that have an index.</summary>
    public IEnumerable<uint> Queues => _queues.Keys;

    /// <summary>Takes a part of the checkpoint: of a queue, or (number 0) which blocks are in use.</summary>
    public void Load(uint queue, ReadOnlySpan<byte> snapshot)
    {
        if (queue == 0)
        {
            _use = BlockUse.Read(snapshot);
        }
        else
        {
            OfQueue(queue).ReadFrom(snapshot);
        }
    }

    /// <summary>
    /// The parts that are loaded refer to files that are not there, or that were rebuilt and are in no checkpoint yet.
    /// </summary>
    public bool IsMissing => _use.Length > 0 && (!_blocks.Exist(_use) || _disk.Exists(RebuiltMark));

    /// <summary>The files were rebuilt and are in no durable checkpoint yet.</summary>
    public bool IsRebuilt => _isRebuilt;

    /// <summary>Instead of <see cref="Open"/>: begins with empty files; <see cref="Rebuild"/> of each gap follows.</summary>
    /// <returns>What is lost with the files.</returns>
    public List<IndexGap> BeginRebuild()
    {
        // Blocks have other numbers from now on than the checkpoint says: until there is another one, every opening rebuilds.
        if (!_disk.Exists(RebuiltMark))
        {
            using IDiskFile mark = _disk.Open(RebuiltMark, DiskOpen.CreateNew);
            mark.Sync();
        }

        _disk.SyncFolder(DiskPath.Root);
        _isRebuilt = true;
        _blocks.Open(new BlockUse(0), _ => false);
        return [.. _queues.Values.Select(queue => queue.Gap).OfType<IndexGap>()];
    }

    /// <summary>Gives a queue the runs of its gap, without holes, up to its tail.</summary>
    public void Rebuild(uint queue, ReadOnlySpan<IndexEntry> runs) => OfQueue(queue).Rebuild(runs);

    /// <summary>All parts are loaded: opens the block files.</summary>
    /// <exception cref="DiskException">A file that the checkpoint refers to is missing.</exception>
    public void Open() => _blocks.Open(
        _use,
        block => _queues.TryGetValue(block.Queue, out IndexOfQueue? queue) && queue.RefersTo(block));

    /// <summary>Gives a run its place; one that is known already is ignored.</summary>
    /// <exception cref="InvalidOperationException">It leaves a gap: a bug of the caller.</exception>
    public void Append(uint queue, in IndexEntry run, int payloadBytes)
    {
        // A checkpoint's index may be younger than the engine's parts: then this queue was deleted between the two, and the
        // replay comes to its deletion yet.
        if (_isReplaying && run.First > Offset.First && !_queues.ContainsKey(queue))
        {
            OfQueue(queue).BeginAt(run.First.Value);
        }

        OfQueue(queue).Append(run, payloadBytes);
    }

    /// <summary>Gives runs their places, as one after the other.</summary>
    /// <exception cref="InvalidOperationException">One leaves a gap: a bug of the caller.</exception>
    public void Append(ReadOnlySpan<CommittedRecord> records, ReadOnlySpan<IndexPlace> places)
    {
        for (int done = 0; done < records.Length; done += LookedUpTogether)
        {
            int count = Math.Min(LookedUpTogether, records.Length - done);
            AppendSome(records.Slice(done, count), places.Slice(done, count));
        }
    }

    /// <summary>Records that are replayed are lost: see <see cref="IndexOfQueue.NoteHole"/>.</summary>
    public void NoteHole()
    {
        foreach (IndexOfQueue queue in _queues.Values)
        {
            queue.NoteHole();
        }
    }

    /// <summary>
    /// The log is replayed: from now on an append that leaves a gap is a bug. What an index knows beyond is of records that were
    /// at the log's end and are lost, if there is such a thing.
    /// </summary>
    public void Replayed()
    {
        _isReplaying = false;
        NoteHole();
    }

    /// <summary>The run that holds an offset, if memory knows it; costs a lock and a search in memory.</summary>
    public bool TryFind(uint queue, Offset offset, out IndexEntry run)
    {
        run = default;
        return _queues.TryGetValue(queue, out IndexOfQueue? index) && index.TryFind(offset.Value, out run);
    }

    /// <summary>The run that holds an offset; may read two blocks from disk. Null: there is none.</summary>
    public IndexEntry? Find(uint queue, Offset offset) =>
        _queues.TryGetValue(queue, out IndexOfQueue? index) ? index.Find(offset.Value) : null;

    /// <summary>Consecutive runs that begin before an end, from the one that holds an offset on; may read from disk.</summary>
    public int FindRange(uint queue, Offset offset, Span<IndexEntry> runs, Offset end) =>
        _queues.TryGetValue(queue, out IndexOfQueue? index) ? index.FindRange(offset.Value, runs, end) : 0;

    /// <summary>The first offset whose time is not before a time; the end when there is none. May read from disk.</summary>
    public Offset FindByTime(uint queue, Timestamp time) =>
        _queues.TryGetValue(queue, out IndexOfQueue? index) ? index.FindByTime(time) : Offset.First;

    /// <summary>The run of a record; null: none. May read from disk.</summary>
    public IndexEntry? FindRecord(uint queue, Timestamp time, RecordLocation location) =>
        _queues.TryGetValue(queue, out IndexOfQueue? index) ? index.FindRecord(time, location) : null;

    /// <summary>Records stand elsewhere now; in offset order. May read from disk.</summary>
    public void Relocate(uint queue, ReadOnlySpan<Relocation> moves)
    {
        if (_queues.TryGetValue(queue, out IndexOfQueue? index))
        {
            index.Relocate(moves);
        }
    }

    /// <summary>Bounds of a queue's index; of an empty one when there is none.</summary>
    public QueueExtent Extent(uint queue) => _queues.TryGetValue(queue, out IndexOfQueue? index)
        ? index.Extent
        : new QueueExtent(Offset.First, Offset.First, 0, default);

    /// <summary>What is before an offset is not needed; an offset beyond the end takes the whole index away.</summary>
    public void Expire(uint queue, Offset firstRetained)
    {
        if (!_queues.TryGetValue(queue, out IndexOfQueue? index))
        {
            return;
        }

        if (firstRetained > index.Extent.End)
        {
            // In this order: a checkpoint that is written meanwhile finds it as one that is gone or as a queue, never as neither.
            _gone.Enqueue(index);
            _queues.TryRemove(queue, out _);
            Interlocked.Increment(ref _expirations);
        }
        else if (index.Expire(firstRetained.Value))
        {
            Interlocked.Increment(ref _expirations);
        }
    }

    /// <summary>Writes all parts and makes the blocks that they refer to durable.</summary>
    public void WriteTo(IStateWriter writer)
    {
        FreeExpired();
        _blocks.CheckpointBegins();
        ArrayBufferWriter<byte> buffer = new();
        foreach ((uint number, IndexOfQueue queue) in _queues)
        {
            buffer.ResetWrittenCount();
            queue.WriteTo(buffer);
            writer.Write(PartOf(number), buffer.WrittenSpan);
        }

        // What went since the beginning may be in no part: its blocks must not count as used.
        FreeExpired();
        buffer.ResetWrittenCount();
        _blocks.Use().WriteTo(buffer);
        writer.Write(PartOf(0), buffer.WrittenSpan);
        _blocks.Sync();
    }

    /// <summary>The checkpoint that was written is the one that a restart begins with.</summary>
    public void CheckpointIsDurable()
    {
        _blocks.CheckpointIsDurable();
        if (_isRebuilt)
        {
            _isRebuilt = false;
            _disk.Delete(RebuiltMark);
            _disk.SyncFolder(DiskPath.Root);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _blocks.Dispose();

    // Each queue's index is one of thousands that are not in the processor's cache, and a lock lets it wait for one after the other.
    // Looked at before the first lock, they come side by side.
    private void AppendSome(ReadOnlySpan<CommittedRecord> records, ReadOnlySpan<IndexPlace> places)
    {
        long looked = 0;
        for (int i = 0; i < records.Length; i++)
        {
            looked |= _queues.TryGetValue(places[i].Index, out IndexOfQueue? queue) ? queue.Look() : 0;
        }

        Use(looked);
        for (int i = 0; i < records.Length; i++)
        {
            ref readonly CommittedRecord record = ref records[i];
            IndexEntry run = new(places[i].First, record.Header.Count, record.Location, record.Header.Time);
            Append(places[i].Index, run, record.PayloadBytes);
        }
    }

    // What was looked at must go somewhere, or it is not looked at.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Use(long looked) => _ = looked;

    private static StatePart PartOf(uint number) => new(StateKind.StoreIndex, number, LogPosition.None, LogPosition.None);

    private void FreeExpired()
    {
        while (_gone.TryDequeue(out IndexOfQueue? gone))
        {
            gone.FreeExpired(isGone: true);
        }

        foreach (IndexOfQueue queue in _queues.Values)
        {
            queue.FreeExpired(isGone: false);
        }
    }

    private IndexOfQueue OfQueue(uint queue) =>
        _queues.GetOrAdd(queue, static (number, blocks) => new IndexOfQueue(blocks, new QueueNumber(number)), _blocks);
}
