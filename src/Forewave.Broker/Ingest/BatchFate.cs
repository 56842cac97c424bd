using Forewave.Protocol;

namespace Forewave.Broker.Ingest;

/// <summary>Notes what became of a judged batch: in the producer's sequences, and in the batch for its answer.</summary>
internal static class BatchFate
{
    /// <summary>Notes one batch, in frame order, under the producer's lock.</summary>
    /// <param name="batch">Judged; with an error where it is refused.</param>
    /// <param name="sequences">The producer's.</param>
    /// <param name="stored">Where its new messages were appended; none where they were not.</param>
    /// <returns>The highest position that its answer names; none where it names none.</returns>
    public static LogPosition Note(ref PendingBatch batch, SequenceWindow sequences, LogPosition stored)
    {
        ulong firstNew = batch.FirstSequence + (ulong)batch.KnownCount;
        int newCount = batch.Count - batch.KnownCount;
        if (stored != LogPosition.None)
        {
            FillGap(sequences, firstNew);
            sequences.AddStored(newCount, stored);
        }
        else if (UsesSequencesUp(batch, sequences, firstNew))
        {
            sequences.AddRefused(newCount, batch.Error);
        }
        if (batch.KnownCount > 0 && batch.Error != ErrorCode.SequenceTooOld && batch.Error != ErrorCode.FieldInvalid)
            return AnswerRepeat(ref batch, sequences, stored);
        batch.First = stored;
        return stored == LogPosition.None ? stored : stored.Plus((ulong)newCount - 1);
    }

    /// <summary>Refused for what it is, in its turn; not for its sequence.</summary>
    private static bool UsesSequencesUp(in PendingBatch batch, SequenceWindow sequences, ulong firstNew) =>
        batch.Error != ErrorCode.None && batch.KnownCount < batch.Count && firstNew == sequences.Last + 1
        && batch.Error is not (ErrorCode.ProducerUnknown or ErrorCode.SequenceGap);

    /// <summary>After a jump: what was left out had been refused before the restart.</summary>
    private static void FillGap(SequenceWindow sequences, ulong firstNew)
    {
        while (sequences.Last + 1 < firstNew)
        {
            ulong missing = firstNew - 1 - sequences.Last;
            sequences.AddRefused((int)Math.Min(missing, SequenceRun.MaxCount), ErrorCode.SequenceGap);
        }
    }

    /// <summary>The answer of a batch of which the first messages are repeats: the original positions.</summary>
    private static LogPosition AnswerRepeat(ref PendingBatch batch, SequenceWindow sequences, LogPosition stored)
    {
        var (first, error) = sequences.Find(batch.FirstSequence, out int sameFate);
        if (sameFate >= batch.Count)
        {
            batch.First = first;
            batch.Error = error;
            return first == LogPosition.None ? first : first.Plus((ulong)batch.Count - 1);
        }
        if (batch.KnownCount == batch.Count || stored != LogPosition.None)
            batch.Error = ErrorCode.None;
        var positions = new LogPosition[batch.Count];
        var highest = LogPosition.None;
        for (int i = 0; i < batch.Count; i++)
        {
            ulong sequence = batch.FirstSequence + (ulong)i;
            if (sequence > sequences.Last)
                break;
            var (position, refused) = sequences.Find(sequence, out _);
            positions[i] = position;
            highest = position > highest ? position : highest;
            if (batch.Error == ErrorCode.None)
                batch.Error = refused;
        }
        if (highest == LogPosition.None)
            return highest;
        batch.First = positions[0];
        batch.Positions = positions;
        return highest;
    }
}
