using Forewave.Protocol;

namespace Forewave.Broker.Deduplication;

/// <summary>
/// The ids of what transactions have prepared: they are neither known nor free until their transaction is decided, however long that takes. Not
/// thread-safe: whoever holds the gate of <see cref="KnownIds"/> owns it. About 120 bytes an id, at most <see cref="Limits.HeldDeduplicationIds"/>.
/// </summary>
internal sealed class HeldIds
{
    private const int MostKept = 4_096;
    private readonly Dictionary<IdHash, HeldId> _byHash = [];
    private readonly Dictionary<LogPosition, List<IdHash>> _byTransaction = [];

    /// <summary>How many.</summary>
    public int Count => _byHash.Count;

    /// <summary>A copy of all, in any order: whoever has the gate does not sort.</summary>
    public HeldId[] ToArray() => [.. _byHash.Values];

    /// <summary>Who has an id.</summary>
    public bool TryFind(in IdHash hash, out HeldId held) => _byHash.TryGetValue(hash, out held);

    /// <summary>How many a transaction has.</summary>
    public int CountOf(LogPosition transaction) => _byTransaction.TryGetValue(transaction, out var hashes) ? hashes.Count : 0;

    /// <summary>A message with an id was prepared. What recovery reads twice changes nothing.</summary>
    public void Add(in HeldId held)
    {
        if (!_byHash.TryAdd(held.Hash, held))
            return;
        if (!_byTransaction.TryGetValue(held.Transaction, out var hashes))
            _byTransaction.Add(held.Transaction, hashes = []);
        hashes.Add(held.Hash);
    }

    /// <summary>It has its position now.</summary>
    public void Place(in IdHash hash, LogPosition position) => _byHash[hash] = _byHash[hash] with { Position = position };

    /// <summary>Takes back the last <see cref="Add"/> of its transaction that was not taken back.</summary>
    public void TakeBack(in HeldId held)
    {
        var hashes = _byTransaction[held.Transaction];
        if (hashes[^1] != held.Hash)
            throw new InvalidOperationException("another id than the last one of its transaction is taken back");
        hashes.RemoveAt(hashes.Count - 1);
        if (hashes.Count == 0)
            _byTransaction.Remove(held.Transaction);
        _byHash.Remove(held.Hash);
    }

    /// <summary>A transaction is decided: takes its ids out.</summary>
    public HeldId[] Take(LogPosition transaction)
    {
        if (!_byTransaction.Remove(transaction, out var hashes))
            return [];
        var taken = new HeldId[hashes.Count];
        for (int i = 0; i < taken.Length; i++)
        {
            if (!_byHash.Remove(hashes[i], out taken[i]))
                throw new InvalidOperationException($"an id of transaction {transaction} is held by nobody");
        }
        if (_byHash.Count == 0 && _byHash.Capacity > MostKept)
            _byHash.TrimExcess();
        return taken;
    }
}
