using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Protocol.Routes;
using Forewave.Storage;

namespace Forewave.Broker.Ingest;

/// <summary>Everything about a batch that can be checked without a lock: its queue, each message, the sum over its bytes.</summary>
internal static class PublishBatchCheck
{
    private const MessageCapabilities Routed = MessageCapabilities.Ordering | MessageCapabilities.Deduplication;

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
        var run = new MessageRun(span);
        ScheduledSlices? slices = null;
        var asked = MessageCapabilities.None;
        for (int before = 0, end = 0; run.MoveNext(); before++, end = run.Position)
        {
            if (!MessageReader.TryRead(run.Current, out var view, out var problem))
            {
                Refuse(ref batch, problem.Code, problem.Text);
                return;
            }
            batch.HasSearchKeys |= view.KeyCount > 0;
            if (view.Capabilities == MessageCapabilities.None && slices is null)
                continue;
            asked |= view.Capabilities;
            if ((view.Capabilities & ~terms.Capabilities) is not MessageCapabilities.None and var missing)
            {
                Refuse(ref batch, ErrorCode.CapabilityMissing, Missing(missing));
                return;
            }
            if ((view.Capabilities & Routed) != 0 && batch.Queue!.Slots is { } owners && OwnerProblem(view, owners, terms.Partition) is { } elsewhere)
            {
                Refuse(ref batch, ErrorCode.NotOwner, elsewhere);
                return;
            }
            if ((view.Capabilities & MessageCapabilities.Expiry) != 0 && ExpiryProblem(view, terms) is { } wrong)
            {
                Refuse(ref batch, ErrorCode.ExpiryTimeInvalid, wrong);
                return;
            }
            if ((view.Capabilities & (MessageCapabilities.Delays | MessageCapabilities.Priorities)) != 0)
                slices ??= Slices(batch, terms, before, end);
            if (slices is not null && !slices.TryAdd(view, run.Position, out string? late))
            {
                Refuse(ref batch, ErrorCode.DeliveryTimeInvalid, late);
                return;
            }
        }
        batch.Messages = messages;
        batch.HasKeys = (asked & MessageCapabilities.Ordering) != 0;
        batch.HasExpiry = (asked & MessageCapabilities.Expiry) != 0;
        batch.HasIds = (asked & MessageCapabilities.Deduplication) != 0;
        batch.Slices = slices?.Take();
        if (batch.Slices is [{ Due: null }])
            (batch.Band, batch.Slices) = (batch.Slices[0].Band, null);
        batch.Crc = batch.Slices is null ? Checksum.Of(span) : 0;
    }

    private static string? OwnerProblem(in MessageView view, SlotMap owners, PartitionNumber own)
    {
        int slot = KeySlot.Of(view.OrderingKey.IsEmpty ? view.DeduplicationId : view.OrderingKey);
        var owner = owners.OwnerOf(new SlotNumber(slot));
        return owner == own ? null : $"slot {slot} of the queue is partition {owner}'s by version {owners.Version} of its map, this is partition {own}";
    }

    /// <summary>
    /// A time of delivery that cannot be is refused as such, later. One that passed on the way is what was asked for: a message that
    /// expired since did not ask to expire before it.
    /// </summary>
    private static string? ExpiryProblem(in MessageView view, in PublishTerms terms)
    {
        var now = Timestamp.From(terms.Time.GetUtcNow());
        if (!ScheduledSlices.TryDue(view, now, out var due, out _))
            return null;
        return ExpiryCheck.Problem(view, now, view.DeliverAtMilliseconds > 0 ? new Timestamp(view.DeliverAtMilliseconds) : due);
    }

    private static ScheduledSlices Slices(in PendingBatch batch, in PublishTerms terms, int before, long beforeBytes)
    {
        var slices = ScheduledSlices.OfThread;
        slices.Begin(batch.Queue!.Id, Timestamp.From(terms.Time.GetUtcNow()), before, new ByteCount(beforeBytes));
        return slices;
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
