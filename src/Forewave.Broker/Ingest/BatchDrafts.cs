using Forewave.Broker.Scheduling.Pending;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Ingest;

/// <summary>Makes the records of a judged batch: one, or one for each stretch of messages that are due together.</summary>
internal static class BatchDrafts
{
    /// <summary>Adds the records of what is new in a batch; returns the number of drafts then.</summary>
    public static int Add(in PendingBatch batch, uint producerNumber, Span<RecordDraft> drafts, int count)
    {
        if (batch.Slices is not null || batch.KnownCount > 0)
            return AddRange(batch, batch.KnownCount..batch.Count, producerNumber, drafts, count);
        drafts[count] = new RecordDraft
        {
            Type = RecordType.Published,
            Count = batch.Count,
            Queue = batch.Band.IndexOf(batch.Queue!.Id),
            Source = producerNumber,
            Sequence = batch.FirstSequence,
            Extra = batch.Flags,
            Payload = batch.Messages,
            PayloadCrc = batch.Crc,
        };
        return count + 1;
    }

    /// <summary>Adds the records of some messages of a batch, joined up to its last message.</summary>
    public static int AddRange(in PendingBatch batch, Range messages, uint producerNumber, Span<RecordDraft> drafts, int count)
    {
        var (first, length) = messages.GetOffsetAndLength(batch.Count);
        var whole = new ScheduledSlice { Count = batch.Count, ByteCount = batch.Messages.Length, Due = null, Band = batch.Band };
        var slices = batch.Slices is null ? new ReadOnlySpan<ScheduledSlice>(in whole) : batch.Slices;
        var rest = batch.Messages;
        int begin = 0;
        foreach (ref readonly var slice in slices)
        {
            int from = Math.Max(begin, first);
            int to = Math.Min(begin + slice.Count, first + length);
            if (from < to)
            {
                var run = new MessageRun(rest.Span);
                run.TrySlice(from - begin, out int skippedBytes);
                run.TrySlice(to - from, out int byteCount);
                drafts[count++] = Draft(batch, slice, rest.Slice(skippedBytes, byteCount), from..to) with { Source = producerNumber };
            }
            rest = rest[slice.ByteCount..];
            begin += slice.Count;
        }
        return count;
    }

    private static RecordDraft Draft(in PendingBatch batch, in ScheduledSlice slice, ReadOnlyMemory<byte> payload, Range messages) => new()
    {
        Type = slice.Due is null ? RecordType.Published : RecordType.Scheduled,
        Count = messages.End.Value - messages.Start.Value,
        Queue = slice.Due?.Lane.Value ?? slice.Band.IndexOf(batch.Queue!.Id),
        Sequence = batch.FirstSequence + (ulong)messages.Start.Value,
        Extra = slice.Due?.Extra ?? batch.Flags,
        Payload = payload,
        PayloadCrc = Checksum.Of(payload.Span),
        JoinsNext = messages.End.Value < batch.Count,
    };
}
