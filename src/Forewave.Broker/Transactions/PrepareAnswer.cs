using Forewave.Broker.Ingest;
using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Transactions;

/// <summary>Answers a Prepare when its messages are on stable storage. Told once, by the store's commit thread or by whoever found that they are.</summary>
internal sealed class PrepareAnswer(SessionOutput output, ulong correlation, FlushList flushes, IStore store) : ICommitOwner
{
    private Expected[] _batches = [];
    private ulong _lastRecord;

    /// <summary>Before the append: which messages there are, and which of them are repeats. The last record is the owner.</summary>
    public void Expect(PrepareRequest request)
    {
        _batches = new Expected[request.Batches.Length];
        for (int i = 0; i < _batches.Length; i++)
        {
            ref readonly var batch = ref request.Batches[i];
            _batches[i] = new Expected { Offset = batch.Offset, Count = batch.Count, Repeats = batch.RepeatCount == 0 ? [] : RepeatsOf(batch, request) };
            _lastRecord = batch.Offset;
            if (batch.RepeatCount == 0)
                continue;
            foreach (var piece in new RepeatPieces(batch, request.Claims.All))
                _lastRecord = batch.Offset + (ulong)piece.First;
        }
    }

    /// <summary>They were prepared before: the answer is the first one's, whose messages are in the transaction and no repeats.</summary>
    public void Repeated(PreparedPlaces[] places)
    {
        output.WriteReceipts(new CorrelationId(correlation), [.. places.Select(EntryOf)]);
        output.Flush();
    }

    /// <inheritdoc/>
    public void Committed(LogPosition first, long token)
    {
        var appended = LogPosition.FromBits(first.Bits - _lastRecord);
        output.WriteReceipts(new CorrelationId(correlation), [.. _batches.Select(batch => EntryOf(batch, appended))]);
        flushes.Add(output);
    }

    /// <inheritdoc/>
    public void Lost(StoreException failure, long token)
    {
        output.WriteError(correlation, ErrorCode.StoreUnavailable);
        output.Flush();
    }

    private PublishedEntry EntryOf(in Expected batch, LogPosition appended)
    {
        if (batch.Repeats.Length == 0)
            return PublishedEntry.Stored(appended.Plus(batch.Offset), store.CommitDurability);
        var places = new PreparedPlaces(batch.Count);
        places.Place(.., appended.Plus(batch.Offset));
        foreach (var (piece, offset) in batch.Repeats)
            places.Repeat(piece.First..(piece.First + piece.Count), piece.OriginalClaim == 0 ? piece.Original : appended.Plus(offset));
        return EntryOf(places);
    }

    private PublishedEntry EntryOf(PreparedPlaces places)
    {
        var durability = store.CommitDurability;
        if (places.RepeatCount == places.Positions.Length)
            return places.AreConsecutive ? PublishedEntry.StoredBefore(places.Positions[0], durability) : PublishedEntry.StoredBefore(places.Positions, durability);
        return places.RepeatCount == 0 && places.AreConsecutive
            ? PublishedEntry.Stored(places.Positions[0], durability)
            : PublishedEntry.StoredInPart(places.Positions, durability, places.Repeated);
    }

    private static (RepeatPiece Piece, ulong Offset)[] RepeatsOf(in PendingBatch batch, PrepareRequest request)
    {
        List<(RepeatPiece, ulong)> repeats = [];
        var claims = request.Claims.All;
        foreach (var piece in new RepeatPieces(batch, claims))
        {
            if (piece.IsRepeat)
                repeats.Add((piece, piece.OriginalClaim == 0 ? 0 : claims[piece.OriginalClaim - 1].Offset));
        }
        return [.. repeats];
    }

    private readonly record struct Expected
    {
        public required ulong Offset { get; init; }

        public required int Count { get; init; }

        /// <summary>What is repeated; where the original is in the same append, so many positions after its first.</summary>
        public required (RepeatPiece Piece, ulong Offset)[] Repeats { get; init; }
    }
}
