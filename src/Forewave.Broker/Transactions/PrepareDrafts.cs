using Forewave.Broker.Deduplication;
using Forewave.Broker.Ingest;
using Forewave.Broker.Scheduling.Pending;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Transactions;

/// <summary>
/// Makes the records of a Prepare, one unit: what is new is prepared, and of what is a repeat by its deduplication id stands where the original is.
/// Each message takes a position, whatever becomes of it. Stateless.
/// </summary>
internal static class PrepareDrafts
{
    /// <summary>The records. The last one's owner is the request's answer.</summary>
    public static RecordDraft[] Of(PrepareRequest request, LaneNumber lane)
    {
        List<RecordDraft> drafts = new(request.Batches.Length);
        foreach (var batch in request.Batches)
        {
            if (batch.RepeatCount == 0)
                drafts.Add(Prepared(request, batch, 0..batch.Count, batch.Messages) with { Queue = lane.Value, PayloadCrc = batch.Slices is null ? batch.Crc : Checksum.Of(batch.Messages.Span) });
            else
                AddPieces(drafts, request, batch, lane);
        }
        for (int i = 0; i < drafts.Count; i++)
            drafts[i] = drafts[i] with { JoinsNext = i < drafts.Count - 1, Owner = i < drafts.Count - 1 ? null : request.Answer };
        return [.. drafts];
    }

    /// <summary>What was repeated in a request that was appended.</summary>
    /// <param name="request">Its claims are decided.</param>
    /// <param name="appended">Position of its first message.</param>
    public static IEnumerable<PreparedRepeats> RepeatsOf(PrepareRequest request, LogPosition appended)
    {
        List<PreparedRepeats> all = [];
        foreach (var batch in request.Batches)
        {
            if (batch.RepeatCount == 0)
                continue;
            foreach (var piece in new RepeatPieces(batch, request.Claims.All))
            {
                if (piece.IsRepeat)
                    all.Add(new PreparedRepeats { Queue = batch.Queue!.Id, First = (uint)batch.FirstSequence + (uint)piece.First, Count = piece.Count, Original = OriginalOf(piece, request.Claims, appended) });
            }
        }
        return all;
    }

    /// <summary>Position of a piece's first original.</summary>
    public static LogPosition OriginalOf(in RepeatPiece piece, IdClaims claims, LogPosition appended) =>
        piece.OriginalClaim == 0 ? piece.Original : appended.Plus(claims.All[piece.OriginalClaim - 1].Offset);

    /// <summary>Messages of a batch that are new, and their bytes.</summary>
    public static (int Messages, long Bytes) NewIn(in PendingBatch batch, IdClaims claims)
    {
        if (batch.RepeatCount == 0)
            return (batch.Count, batch.Messages.Length);
        long bytes = 0;
        var run = new MessageRun(batch.Messages.Span);
        foreach (var piece in new RepeatPieces(batch, claims.All))
        {
            run.TrySlice(piece.Count, out int byteCount);
            bytes += piece.IsRepeat ? 0 : byteCount;
        }
        return (batch.Count - batch.RepeatCount, bytes);
    }

    private static void AddPieces(List<RecordDraft> drafts, PrepareRequest request, in PendingBatch batch, LaneNumber lane)
    {
        var rest = batch.Messages;
        foreach (var piece in new RepeatPieces(batch, request.Claims.All))
        {
            new MessageRun(rest.Span).TrySlice(piece.Count, out int byteCount);
            var messages = piece.First..(piece.First + piece.Count);
            drafts.Add(piece.IsRepeat
                ? Repeated(request, batch, piece)
                : Prepared(request, batch, messages, rest[..byteCount]) with { Queue = lane.Value, PayloadCrc = Checksum.Of(rest.Span[..byteCount]) });
            rest = rest[byteCount..];
        }
    }

    private static RecordDraft Prepared(PrepareRequest request, in PendingBatch batch, Range messages, ReadOnlyMemory<byte> payload) => new()
    {
        Type = RecordType.Prepared,
        Count = messages.End.Value - messages.Start.Value,
        Source = request.Producer.Number,
        Sequence = StampOf(batch, messages.Start.Value).Sequence,
        Extra = request.Transaction.Bits,
        Payload = payload,
        PayloadCrc = 0,
    };

    private static RecordDraft Repeated(PrepareRequest request, in PendingBatch batch, in RepeatPiece piece)
    {
        ulong original = piece.OriginalClaim == 0
            ? piece.Original.Bits
            : batch.Offset + (ulong)piece.First - request.Claims.All[piece.OriginalClaim - 1].Offset;
        return new PreparedRepeatsRecord(StampOf(batch, piece.First), piece.Count, original).Draft(request.Producer.Number, request.Transaction);
    }

    private static PreparedStamp StampOf(in PendingBatch batch, int message) =>
        new() { Queue = batch.Queue!.Id, First = (uint)batch.FirstSequence + (uint)message };
}
