using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Transactions;

/// <summary>The transactions that ended last, so that a decision that is sent again gets its answer again. About 100 bytes for each. For whoever has the turn.</summary>
internal sealed class FinishedTransactions
{
    private readonly Dictionary<LogPosition, FinishedTransaction> _byId = [];
    private readonly Queue<LogPosition> _ids = new();

    /// <summary>All of them, those that ended first first.</summary>
    public IEnumerable<(LogPosition Id, FinishedTransaction End)> All => _ids.Select(id => (id, _byId[id]));

    /// <summary>How many.</summary>
    public int Count => _byId.Count;

    /// <summary>
    /// Notes an end. What ended <see cref="Limits.FinishedLife"/> before it is forgotten, but for the last <see cref="Limits.FinishedTransactions"/>;
    /// and the oldest beyond <see cref="Limits.MostFinishedTransactions"/>.
    /// </summary>
    public void Add(LogPosition id, in FinishedTransaction end)
    {
        if (!_byId.TryAdd(id, end))
            return;
        _ids.Enqueue(id);
        while (_ids.Count > Limits.FinishedTransactions && (_ids.Count > Limits.MostFinishedTransactions || IsOver(_byId[_ids.Peek()], end.Ended)))
            _byId.Remove(_ids.Dequeue());
    }

    /// <summary>How a transaction ended; false: it is not known.</summary>
    public bool TryFind(LogPosition id, out FinishedTransaction end) => _byId.TryGetValue(id, out end);

    private static bool IsOver(in FinishedTransaction end, Timestamp now) => end.Ended.Plus(Limits.FinishedLife).CompareTo(now) < 0;
}
