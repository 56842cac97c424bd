using System.Buffers;
using System.Collections.Concurrent;
using Forewave.Protocol;

namespace Forewave.Storage.MySql.Indexes;

/// <summary>
/// All indexes of the store, and which queue has which name. Thread-safe; an index is added to by its owner loop alone.
/// </summary>
internal sealed class MessageIndexes(Timestamp opened)
{
    private readonly ConcurrentDictionary<uint, MessageIndex> _indexes = new();
    private readonly ConcurrentDictionary<uint, string> _names = new();
    private readonly ConcurrentQueue<MessageIndex> _gone = new();
    private readonly ConcurrentQueue<MessageIndex> _over = new();
    private volatile bool _isReplaying = true;

    /// <summary>When the store was opened: how old an empty index is.</summary>
    public Timestamp Opened { get; } = opened;

    /// <summary>Number of the oldest block in memory; set when the log runs.</summary>
    public Func<ulong> OldestBlock { get; set; } = static () => 1;

    /// <summary>Runs that are not in their tables yet.</summary>
    public RunCount Unmoved { get; } = new();

    /// <summary>All that are there.</summary>
    public IEnumerable<MessageIndex> All => _indexes.Values;

    /// <summary>The log is replayed: from now on a run that leaves a gap is a bug.</summary>
    public void Replayed() => _isReplaying = false;

    /// <summary>The index of a number; null: nothing was ever dispatched, or it was freed.</summary>
    public MessageIndex? Find(uint number) => _indexes.GetValueOrDefault(number);

    /// <summary>Name of a queue's table: the queue's, or one that no queue can have where its name is not known.</summary>
    public string TableOf(uint queue) => _names.TryGetValue(queue, out string? name) ? name : $"#{queue}";

    /// <summary>Names of the queues that are there.</summary>
    public IReadOnlyDictionary<uint, string> Names => _names;

    /// <summary>A queue was made or changed: its name.</summary>
    public void Note(uint queue, ReadOnlySpan<byte> change)
    {
        if (QueueNaming.IsDeletion(change) && IsOver(queue))
        {
            _names.TryRemove(queue, out _);
        }
        else if (QueueNaming.TryRead(change, out QueueName name))
        {
            _names[queue] = name.Value;
        }
    }

    /// <summary>A name from a checkpoint.</summary>
    public void Restore(uint queue, string name) => _names[queue] = name;

    /// <summary>The queue's table is gone.</summary>
    public void Forget(uint queue) => _names.TryRemove(queue, out _);

    /// <summary>Gives a record its offsets. Null: it has them already.</summary>
    public MessageIndex? Dispatch(uint queue, in IndexedRun run, RecordType type)
    {
        // A checkpoint's indexes may be younger than the engine's parts: then this queue was deleted between the two, and the
        // replay comes to its deletion yet.
        bool isCut = _isReplaying && run.First > 1 && !_indexes.ContainsKey(queue);
        MessageIndex index = OfNumber(queue);
        if (isCut)
        {
            index.BeginAt(run.First);
        }

        return index.TryAdd(run, IndexNumber.KindOf(type), OldestBlock()) ? index : null;
    }

    /// <summary>Bounds of an index; of an empty one when there is none.</summary>
    public QueueExtent Extent(uint queue) => _indexes.TryGetValue(queue, out MessageIndex? index)
        ? index.Extent
        : new QueueExtent(Offset.First, Offset.First, 0, Opened);

    /// <summary>See <see cref="IStore.Expire"/>.</summary>
    public void Expire(uint queue, Offset firstRetained)
    {
        if (_indexes.TryGetValue(queue, out MessageIndex? index))
        {
            index.Expire(firstRetained.Value);
            if (index.IsGone && _indexes.TryRemove(new KeyValuePair<uint, MessageIndex>(queue, index)))
            {
                _gone.Enqueue(index);
            }
        }
    }

    /// <summary>Those that were freed as a whole, and are in the last checkpoint still.</summary>
    public IEnumerable<MessageIndex> Leaving => _gone;

    /// <summary>Whether an index of a number was freed as a whole, and its rows are there still.</summary>
    public bool IsLeaving(uint number) => _gone.Concat(_over).Any(index => index.Number.Value == number);

    /// <summary>Whether nothing is left of a queue, in the last checkpoint neither: its table may go.</summary>
    public bool IsOver(uint queue) =>
        !_indexes.Values.Concat(_gone).Any(index => index.Kind == IndexKind.Queue && index.Number.Queue == queue);

    /// <summary>The next of those that were freed as a whole, and are in no checkpoint any more: its rows are to go.</summary>
    public bool TryTakeOver(out MessageIndex? index) => _over.TryDequeue(out index);

    /// <summary>Its rows could not go yet.</summary>
    public void PutBackOver(MessageIndex index) => _over.Enqueue(index);

    /// <summary>Loads a part of the checkpoint.</summary>
    public void Load(uint number, ReadOnlySpan<byte> state) => OfNumber(number).ReadFrom(state);

    /// <summary>Writes all parts. Returns what to do when they are durable: only then rows go that they do not lead to.</summary>
    public Action WriteTo(IStateWriter writer)
    {
        int gone = _gone.Count;
        var firsts = new List<(MessageIndex Index, long First)>();
        var buffer = new ArrayBufferWriter<byte>();
        foreach ((uint number, MessageIndex index) in _indexes)
        {
            buffer.ResetWrittenCount();
            firsts.Add((index, index.WriteTo(buffer)));
            writer.Write(new StatePart(StateKind.StoreIndex, number, LogPosition.None, LogPosition.None), buffer.WrittenSpan);
        }

        foreach ((uint queue, string name) in _names)
        {
            writer.Write(new StatePart(StateKind.StoreQueue, queue, LogPosition.None, LogPosition.None), System.Text.Encoding.UTF8.GetBytes(name));
        }

        return () => BecomeDurable(firsts, gone);
    }

    private void BecomeDurable(List<(MessageIndex Index, long First)> firsts, int gone)
    {
        foreach ((MessageIndex index, long first) in firsts)
        {
            index.DurableFirst = first;
        }

        for (; gone > 0 && _gone.TryDequeue(out MessageIndex? over); gone--)
        {
            _over.Enqueue(over);
        }
    }

    private MessageIndex OfNumber(uint number) =>
        _indexes.GetOrAdd(number, static (number, all) => new MessageIndex(new IndexNumber(number), all.Opened, all.Unmoved), this);
}
