using Forewave.Protocol;

namespace Forewave.Broker.Transactions;

/// <summary>The last transactions that ended, so that a decision that is sent again gets its answer again. For whoever has the turn.</summary>
internal sealed class FinishedTransactions
{
    private readonly Dictionary<LogPosition, FinishedTransaction> _byId = [];
    private readonly Queue<LogPosition> _ids = new();

    /// <summary>All of them, those that ended first first.</summary>
    public IEnumerable<(LogPosition Id, FinishedTransaction End)> All => _ids.Select(id => (id, _byId[id]));

    /// <summary>How many.</summary>
    public int Count => _byId.Count;

    /// <summary>Notes an end; the oldest is forgotten beyond <see cref="Limits.FinishedTransactions"/>.</summary>
    public void Add(LogPosition id, in FinishedTransaction end)
    {
        if (!_byId.TryAdd(id, end))
            return;
        _ids.Enqueue(id);
        while (_ids.Count > Limits.FinishedTransactions)
            _byId.Remove(_ids.Dequeue());
    }

    /// <summary>How a transaction ended; false: it is not known.</summary>
    public bool TryFind(LogPosition id, out FinishedTransaction end) => _byId.TryGetValue(id, out end);
}
