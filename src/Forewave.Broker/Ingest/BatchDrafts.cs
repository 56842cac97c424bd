using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Ingest;

/// <summary>Makes the records of a judged batch: one, or one for each stretch of messages that are due together.</summary>
internal static class BatchDrafts
{
    /// <summary>Adds the records of what is new in a batch; returns the number of drafts then.</summary>
    public static int Add(in PendingBatch batch, uint producerNumber, Span<RecordDraft> drafts, int count)
    {
        if (batch.Slices is not null)
            return AddSlices(batch, producerNumber, drafts, count);
        var messages = batch.Messages;
        uint crc = batch.Crc;
        if (batch.KnownCount > 0)
        {
            messages = messages[BytesOf(messages.Span, batch.KnownCount)..];
            crc = Checksum.Of(messages.Span);
        }
        drafts[count] = new RecordDraft
        {
            Type = RecordType.Published,
            Count = batch.Count - batch.KnownCount,
            Queue = batch.Queue!.Id,
            Source = producerNumber,
            Sequence = batch.FirstSequence + (ulong)batch.KnownCount,
            Extra = batch.Flags,
            Payload = messages,
            PayloadCrc = crc,
        };
        return count + 1;
    }

    private static int AddSlices(in PendingBatch batch, uint producerNumber, Span<RecordDraft> drafts, int count)
    {
        var rest = batch.Messages;
        ulong sequence = batch.FirstSequence;
        ulong firstNew = batch.FirstSequence + (ulong)batch.KnownCount;
        for (int i = 0; i < batch.Slices!.Length; i++)
        {
            var slice = batch.Slices[i];
            var messages = rest[..slice.ByteCount];
            rest = rest[slice.ByteCount..];
            ulong end = sequence + (ulong)slice.Count;
            if (end > firstNew)
            {
                int known = sequence < firstNew ? (int)(firstNew - sequence) : 0;
                messages = messages[BytesOf(messages.Span, known)..];
                drafts[count++] = new RecordDraft
                {
                    Type = slice.Due is null ? RecordType.Published : RecordType.Scheduled,
                    Count = slice.Count - known,
                    Queue = slice.Due?.Lane.Value ?? batch.Queue!.Id,
                    Source = producerNumber,
                    Sequence = sequence + (ulong)known,
                    Extra = slice.Due?.Extra ?? batch.Flags,
                    Payload = messages,
                    PayloadCrc = Checksum.Of(messages.Span),
                    JoinsNext = i + 1 < batch.Slices.Length,
                };
            }
            sequence = end;
        }
        return count;
    }

    private static int BytesOf(ReadOnlySpan<byte> messages, int count)
    {
        new MessageRun(messages).TrySlice(count, out int byteCount);
        return byteCount;
    }
}
