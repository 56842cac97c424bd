using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Transactions;

/// <summary>Answers a Prepare when its messages are on stable storage. Told once, by the store's commit thread or by whoever found that they are.</summary>
internal sealed class PrepareAnswer(SessionOutput output, ulong correlation, FlushList flushes, IStore store) : ICommitOwner
{
    private ulong[] _offsets = [];
    private ulong _lastRecord;

    /// <summary>Before the append: how many messages each batch has. The last record is the owner.</summary>
    public void Expect(ReadOnlySpan<int> counts)
    {
        _offsets = new ulong[counts.Length];
        ulong next = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            _offsets[i] = _lastRecord = next;
            next += (ulong)counts[i];
        }
    }

    /// <summary>They were prepared before: answers with where they are.</summary>
    public void Repeated(ReadOnlySpan<LogPosition> firsts)
    {
        var entries = new PublishedEntry[firsts.Length];
        for (int i = 0; i < entries.Length; i++)
            entries[i] = PublishedEntry.StoredBefore(firsts[i], store.CommitDurability);
        output.WriteReceipts(new CorrelationId(correlation), entries);
        output.Flush();
    }

    /// <inheritdoc/>
    public void Committed(LogPosition first, long token)
    {
        var entries = new PublishedEntry[_offsets.Length];
        for (int i = 0; i < entries.Length; i++)
            entries[i] = PublishedEntry.Stored(LogPosition.FromBits(first.Bits - _lastRecord + _offsets[i]), store.CommitDurability);
        output.WriteReceipts(new CorrelationId(correlation), entries);
        flushes.Add(output);
    }

    /// <inheritdoc/>
    public void Lost(StoreException failure, long token)
    {
        output.WriteError(correlation, ErrorCode.StoreUnavailable);
        output.Flush();
    }
}
