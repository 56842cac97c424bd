using Forewave.Broker.Deduplication;
using Forewave.Storage;

namespace Forewave.Broker.Ingest;

/// <summary>
/// Makes the records of a batch in which messages are repeats by their ids: a record for each piece, all of them joined. The header
/// of a Repeated record: queue, source and sequence as of a publish, count = messages, extra = position of the first one's original,
/// or, where that is in the same append, how many positions before this record (no position is that low).
/// </summary>
internal static class RepeatDrafts
{
    /// <summary>Adds the records; returns the number of drafts then.</summary>
    public static int Add(in PendingBatch batch, ReadOnlySpan<IdClaim> claims, uint producerNumber, Span<RecordDraft> drafts, int count)
    {
        ulong offset = batch.Offset;
        foreach (var piece in new RepeatPieces(batch, claims))
        {
            int end = piece.First + piece.Count;
            if (piece.IsRepeat)
                drafts[count++] = Draft(batch, piece, producerNumber, ExtraOf(piece, claims, offset));
            else
                count = BatchDrafts.AddRange(batch, piece.First..end, producerNumber, drafts, count);
            offset += (ulong)piece.Count;
        }
        return count;
    }

    private static RecordDraft Draft(in PendingBatch batch, in RepeatPiece piece, uint producerNumber, ulong extra) => new()
    {
        Type = RecordType.Repeated,
        Count = piece.Count,
        Queue = batch.Queue!.Id,
        Source = producerNumber,
        Sequence = batch.FirstSequence + (ulong)piece.First,
        Extra = extra,
        PayloadCrc = Checksum.Of([]),
        JoinsNext = piece.First + piece.Count < batch.Count,
    };

    private static ulong ExtraOf(in RepeatPiece piece, ReadOnlySpan<IdClaim> claims, ulong offset) =>
        piece.OriginalClaim == 0 ? piece.Original.Bits : offset - claims[piece.OriginalClaim - 1].Offset;
}
