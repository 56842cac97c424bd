using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Ingest;

/// <summary>Everything about a batch that can be checked without a lock: its queue, each message, the sum over its bytes.</summary>
internal static class PublishBatchCheck
{
    /// <summary>Fills a batch from its view; sets its error where it is refused.</summary>
    public static void Fill(
        ref PendingBatch batch, in PublishBatchView view, IPublishingSession session, ReadOnlyMemory<byte> frame, in PublishTerms terms)
    {
        batch.FirstSequence = view.FirstSequence.Value;
        batch.Count = view.MessageCount;
        batch.Queue = session.FindQueue(view.QueueHandle);
        if (batch.Queue is null)
            Refuse(ref batch, ErrorCode.UnknownHandle, "the queue's handle is not open on this connection");
        else if (batch.Queue.IsDeleted)
            Refuse(ref batch, ErrorCode.QueueNotFound, "the queue was deleted");
        else if (view.ReplacesSequence != Sequence.None && (terms.Capabilities & MessageCapabilities.Ordering) == 0)
            Refuse(ref batch, ErrorCode.CapabilityMissing, "replaces_sequence needs the capability \"ordering\"");
        else
            FillMessages(ref batch, view.Messages.Of(frame), terms);
        batch.Replaces = view.ReplacesSequence.Value;
        // Where it was refused before all messages were looked at, there may be keys among them.
        batch.HasKeys |= batch.Error != ErrorCode.None && batch.Queue is not null && (terms.Capabilities & MessageCapabilities.Ordering) != 0;
        if (batch.HasKeys)
            batch.Messages = view.Messages.Of(frame);
    }

    private static void FillMessages(ref PendingBatch batch, ReadOnlyMemory<byte> messages, in PublishTerms terms)
    {
        var span = messages.Span;
        var asked = MessageCapabilities.None;
        foreach (var message in new MessageRun(span))
        {
            if (!MessageReader.TryRead(message, out var view, out var problem))
            {
                Refuse(ref batch, problem.Code, problem.Text);
                return;
            }
            asked |= view.Capabilities;
            if ((asked & ~terms.Capabilities) != MessageCapabilities.None)
            {
                Refuse(ref batch, ErrorCode.CapabilityMissing, Missing(asked & ~terms.Capabilities));
                return;
            }
        }
        batch.Messages = messages;
        batch.HasKeys = (asked & MessageCapabilities.Ordering) != 0;
        batch.HasIds = (asked & MessageCapabilities.Deduplication) != 0;
        if ((asked & MessageCapabilities.Delays) != 0)
            FillSlices(ref batch, terms);
        else
            batch.Crc = Checksum.Of(span);
    }

    private static void FillSlices(ref PendingBatch batch, in PublishTerms terms)
    {
        var now = Timestamp.From(terms.Time.GetUtcNow());
        batch.Slices = ScheduledSlices.Of(batch.Queue!.Id, batch.Messages.Span, now, out string? problem);
        if (batch.Slices is null)
            Refuse(ref batch, ErrorCode.DeliveryTimeInvalid, problem);
    }

    private static string Missing(MessageCapabilities asked)
    {
        if ((asked & MessageCapabilities.Ordering) != 0)
            return "an ordering key needs the capability \"ordering\"";
        if ((asked & MessageCapabilities.Priorities) != 0)
            return "a priority other than 4 needs the capability \"priorities\"";
        if ((asked & MessageCapabilities.Delays) != 0)
            return "deliver_at and delay need the capability \"delays\"";
        return (asked & MessageCapabilities.Expiry) != 0
            ? "expires_at and time_to_live need the capability \"expiry\""
            : "a deduplication id needs the capability \"deduplication\"";
    }

    private static void Refuse(ref PendingBatch batch, ErrorCode error, string? detail)
    {
        batch.Error = error;
        batch.Detail = detail;
    }
}
