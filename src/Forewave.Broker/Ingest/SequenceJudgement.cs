using Forewave.Protocol;

namespace Forewave.Broker.Ingest;

/// <summary>What a batch's sequences make of it: next in line, a repeat, partly a repeat, or refused. Under the producer's lock.</summary>
internal static class SequenceJudgement
{
    /// <summary>Judges a batch; changes it alone.</summary>
    /// <param name="batch">Gets <see cref="PendingBatch.KnownCount"/>, or an error.</param>
    /// <param name="producer">Whose it is.</param>
    /// <param name="next">The sequence that is next in line; moved past the batch when it uses its sequences up.</param>
    public static void Judge(ref PendingBatch batch, Producer producer, ref ulong next)
    {
        var known = producer.Sequences;
        ulong end = batch.FirstSequence + (ulong)batch.Count;
        batch.KnownCount = 0;
        if (batch.FirstSequence > next)
        {
            JudgeAhead(ref batch, producer, ref next, end);
            return;
        }
        if (batch.FirstSequence < next && batch.FirstSequence > known.Last)
        {
            Refuse(ref batch, ErrorCode.FieldInvalid, "a sequence stands twice in one frame");
            return;
        }
        if (batch.FirstSequence < next)
        {
            ulong knownEnd = Math.Min(end, known.Last + 1);
            batch.KnownCount = (int)(knownEnd - batch.FirstSequence);
            batch.IsDuplicate = true;
            if (end > knownEnd && next != knownEnd)
                Refuse(ref batch, ErrorCode.FieldInvalid, "a sequence stands twice in one frame");
            else if (batch.FirstSequence < known.FirstKnown)
                Refuse(ref batch, ErrorCode.SequenceTooOld);
            else if (batch.KnownCount == batch.Count)
                batch.Error = ErrorCode.None;
        }
        next = Math.Max(next, end);
    }

    private static void JudgeAhead(ref PendingBatch batch, Producer producer, ref ulong next, ulong end)
    {
        ulong last = producer.Sequences.Last;
        if (last == 0 && next == 1)
        {
            Refuse(ref batch, ErrorCode.ProducerUnknown);
        }
        else if (producer.MayJumpTo(batch.FirstSequence))
        {
            next = end;
        }
        else
        {
            Refuse(ref batch, ErrorCode.SequenceGap);
        }
    }

    private static void Refuse(ref PendingBatch batch, ErrorCode error, string? detail = null)
    {
        batch.Error = error;
        batch.Detail = detail;
    }
}
