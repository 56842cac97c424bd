using Forewave.Broker.Deduplication;
using Forewave.Protocol;

namespace Forewave.Broker.Ingest;

/// <summary>Notes what became of a batch in which messages are repeats by their ids: in the sequences, and for the answer.</summary>
internal static class RepeatFate
{
    /// <summary>Notes a batch that was appended. Returns the highest position that its answer names.</summary>
    /// <param name="batch">Whose claims are decided.</param>
    /// <param name="claims">All claims of its publish.</param>
    /// <param name="sequences">The producer's.</param>
    /// <param name="appended">Position of the first record of the append.</param>
    public static LogPosition Note(
        ref PendingBatch batch, ReadOnlySpan<IdClaim> claims, SequenceWindow sequences, LogPosition appended)
    {
        var positions = new LogPosition[batch.Count];
        byte[] repeated = new byte[(batch.Count + 7) / 8];
        for (int i = 0; i < batch.KnownCount; i++)
        {
            var (position, refused) = sequences.Find(batch.FirstSequence + (ulong)i, out _);
            positions[i] = position;
            Mark(repeated, i);
            if (batch.Error == ErrorCode.None)
                batch.Error = refused;
        }
        var next = appended.Plus(batch.Offset);
        foreach (var piece in new RepeatPieces(batch, claims))
        {
            var first = piece.IsRepeat ? OriginalOf(piece, claims, appended) : next;
            sequences.AddStored(piece.Count, first);
            for (int i = 0; i < piece.Count; i++)
            {
                positions[piece.First + i] = first.Plus((ulong)i);
                if (piece.IsRepeat)
                    Mark(repeated, piece.First + i);
            }
            next = next.Plus((ulong)piece.Count);
        }
        Answer(ref batch, positions, repeated);
        return positions.Max();
    }

    private static LogPosition OriginalOf(in RepeatPiece piece, ReadOnlySpan<IdClaim> claims, LogPosition appended) =>
        piece.OriginalClaim == 0 ? piece.Original : appended.Plus(claims[piece.OriginalClaim - 1].Offset);

    private static void Answer(ref PendingBatch batch, LogPosition[] positions, byte[] repeated)
    {
        batch.First = positions[0];
        batch.IsDuplicate = batch.KnownCount + batch.RepeatCount == batch.Count;
        if (!batch.IsDuplicate)
            batch.Repeated = repeated;
        if (!batch.IsDuplicate || !AreConsecutive(positions))
            batch.Positions = positions;
    }

    private static bool AreConsecutive(LogPosition[] positions)
    {
        for (int i = 1; i < positions.Length; i++)
        {
            if (positions[i].Bits != positions[0].Bits + (ulong)i)
                return false;
        }
        return true;
    }

    private static void Mark(byte[] bits, int message) => bits[message / 8] |= (byte)(1 << (message % 8));
}
