using System.Runtime.InteropServices;
using Forewave.Broker.Delivery.Priorities;
using Forewave.Protocol.Frames;
using Forewave.Storage;

namespace Forewave.Broker.Scheduling;

/// <summary>Makes the Released records of messages that were read from their lanes. Stateless.</summary>
internal static class ReleasedDrafts
{
    /// <summary>Adds a message: to the record before it where it follows in its lane's run, else as a record.</summary>
    /// <param name="drafts">The records so far.</param>
    /// <param name="before">The message that was added last; any where there is none.</param>
    /// <param name="draft">The message's record.</param>
    public static void Add(List<RecordDraft> drafts, in DueMessage before, in RecordDraft draft)
    {
        if (drafts.Count > 0 && drafts[^1] is var last && last.Type == draft.Type && last.Queue == draft.Queue && draft.Sequence == before.Id.Bits + 1
            && draft.Source == last.Source && draft.Extra == last.Extra && TryJoin(last.Payload, draft.Payload, out var both))
        {
            drafts[^1] = last with { Count = last.Count + 1, Payload = both };
            return;
        }
        drafts.Add(draft);
    }

    /// <summary>The record of a message, without a sum over its bytes. What lives as long as its queue says does so from now on.</summary>
    /// <param name="message">The message.</param>
    /// <param name="queue">Number of its queue.</param>
    /// <param name="life"><see cref="QueueLife"/> of the queue.</param>
    public static RecordDraft Of(in DueMessage message, uint queue, ulong life)
    {
        var view = ViewOf(message);
        return new RecordDraft
        {
            Type = RecordType.Released,
            Count = 1,
            Queue = PriorityBand.Of(view).IndexOf(queue),
            Source = message.Producer,
            Sequence = message.Id.Bits,
            Extra = (ulong)message.PublishTime.UnixMilliseconds | life
                | ((view.Capabilities & MessageCapabilities.Expiry) != 0 ? ReleasedFlags.HasExpiry : 0),
            Payload = message.Bytes,
            PayloadCrc = 0,
        };
    }

    /// <summary>It was valid when it was stored; where a newer rule refuses it, what was read before that counts.</summary>
    public static MessageView ViewOf(in DueMessage message)
    {
        var walk = new MessageRun(message.Bytes.Span);
        walk.MoveNext();
        MessageReader.TryRead(walk.Current, out var view, out _);
        return view;
    }

    /// <summary>The records with the sums over their bytes.</summary>
    public static RecordDraft[] Sealed(List<RecordDraft> drafts) =>
        [.. drafts.Select(draft => draft with { PayloadCrc = Checksum.Of(draft.Payload.Span) })];

    /// <summary>Two pieces of memory as one, where the second follows the first.</summary>
    private static bool TryJoin(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> second, out ReadOnlyMemory<byte> both)
    {
        both = default;
        if (!MemoryMarshal.TryGetArray(first, out var left) || !MemoryMarshal.TryGetArray(second, out var right)
            || left.Array != right.Array || left.Offset + left.Count != right.Offset)
        {
            return false;
        }
        both = new ReadOnlyMemory<byte>(left.Array, left.Offset, left.Count + right.Count);
        return true;
    }
}
