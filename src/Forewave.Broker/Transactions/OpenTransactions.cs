using Forewave.Broker.Scheduling.Pending;
using Forewave.Protocol;

namespace Forewave.Broker.Transactions;

/// <summary>
/// The transactions that are not decided, and the lanes of their messages. The counts are for any thread, the rest for whoever has the
/// transactions' turn. About 400 bytes a transaction of one record, 100 for each further one.
/// </summary>
internal sealed class OpenTransactions
{
    private readonly Dictionary<LogPosition, Transaction> _byId = [];
    private readonly SortedSet<LogPosition> _ids = [];
    private readonly Dictionary<uint, PreparedLane> _lanes = [];
    private readonly Dictionary<uint, int> _byQueue = [];
    private long _messages;
    private int _count;
    private int _waiting;
    private long _oldestBegun;

    /// <summary>How many.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Those that wait for an operator.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Their messages.</summary>
    public long Messages => Volatile.Read(ref _messages);

    /// <summary>What was not prepared in them, because it was a repeat by its deduplication id. For whoever has the turn.</summary>
    public long Repeated { get; private set; }

    /// <summary>When the oldest was begun, Unix milliseconds; 0: there is none.</summary>
    public long OldestBegun => Volatile.Read(ref _oldestBegun);

    /// <summary>All of them.</summary>
    public IReadOnlyCollection<Transaction> All => _byId.Values;

    /// <summary>The lanes.</summary>
    public IReadOnlyCollection<PreparedLane> Lanes => _lanes.Values;

    /// <summary>The transaction with an id; null: none is open.</summary>
    public Transaction? Find(LogPosition id) => _byId.GetValueOrDefault(id);

    /// <summary>Those after one, in the order in which they were begun.</summary>
    public IEnumerable<Transaction> After(LogPosition id) =>
        _ids.GetViewBetween(LogPosition.FromBits(id.Bits == ulong.MaxValue ? id.Bits : id.Bits + 1), LogPosition.FromBits(ulong.MaxValue)).Select(next => _byId[next]);

    /// <summary>The lane with a number; it is made if there is none.</summary>
    public PreparedLane Lane(LaneNumber number)
    {
        if (!_lanes.TryGetValue(number.Value, out var lane))
            _lanes.Add(number.Value, lane = new PreparedLane(number));
        return lane;
    }

    /// <summary>Forgets a lane that is over.</summary>
    public void Drop(PreparedLane lane) => _lanes.Remove(lane.Number.Value);

    /// <summary>A transaction was begun.</summary>
    public void Add(Transaction transaction)
    {
        if (!_byId.TryAdd(transaction.Id, transaction))
            return;
        _ids.Add(transaction.Id);
        Volatile.Write(ref _messages, _messages + transaction.Messages);
        Repeated += transaction.Repeated;
        Counted();
    }

    /// <summary>One has more messages.</summary>
    public void Added(Transaction transaction, int messages)
    {
        transaction.Messages += messages;
        Volatile.Write(ref _messages, _messages + messages);
    }

    /// <summary>Messages of one are repeats.</summary>
    public void Added(Transaction transaction, PreparedRepeats repeats)
    {
        transaction.Repeats.Add(repeats);
        transaction.Repeated += repeats.Count;
        Repeated += repeats.Count;
    }

    /// <summary>One has messages for a queue.</summary>
    public void Names(Transaction transaction, uint queue)
    {
        if (transaction.Queues.Contains(queue))
            return;
        transaction.Queues.Add(queue);
        _byQueue[queue] = _byQueue.GetValueOrDefault(queue) + 1;
    }

    /// <summary>Whether one has messages for a queue.</summary>
    public bool IsNamed(uint queue) => _byQueue.ContainsKey(queue);

    /// <summary>One was decided.</summary>
    public void Remove(Transaction transaction)
    {
        if (!_byId.Remove(transaction.Id))
            return;
        _ids.Remove(transaction.Id);
        Volatile.Write(ref _messages, _messages - transaction.Messages);
        Repeated -= transaction.Repeated;
        if (transaction.IsWaiting)
            Volatile.Write(ref _waiting, _waiting - 1);
        foreach (var run in transaction.Runs)
            run.Lane.Remove(run);
        foreach (uint queue in transaction.Queues)
        {
            if (--_byQueue[queue] == 0)
                _byQueue.Remove(queue);
        }
        Counted();
    }

    /// <summary>Somebody is asked about one again.</summary>
    public void WaitsNoLonger(Transaction transaction)
    {
        if (!transaction.IsWaiting)
            return;
        transaction.IsWaiting = false;
        Volatile.Write(ref _waiting, _waiting - 1);
    }

    /// <summary>One was asked about as often as it is asked about, or nobody was there as often, or it cannot be committed.</summary>
    public void Waits(Transaction transaction)
    {
        if (transaction.IsWaiting)
            return;
        transaction.IsWaiting = true;
        Volatile.Write(ref _waiting, _waiting + 1);
    }

    private void Counted()
    {
        Volatile.Write(ref _count, _byId.Count);
        Volatile.Write(ref _oldestBegun, _ids.Count == 0 ? 0 : _byId[_ids.Min].Begun.UnixMilliseconds);
    }
}
