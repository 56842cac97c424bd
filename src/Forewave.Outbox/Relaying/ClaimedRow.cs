using Forewave.Protocol;
using Forewave.Protocol.V1;
using Google.Protobuf;

namespace Forewave.Outbox.Relaying;

/// <summary>A row of the outbox that a relay has read. Its relay's alone.</summary>
internal sealed class ClaimedRow
{
    public required long Id { get; init; }

    public required QueueName Queue { get; init; }

    /// <summary>Ordering key or deduplication id; null: it may go to any partition.</summary>
    public required byte[]? Routing { get; init; }

    public required int Priority { get; init; }

    public required long? DeliverAt { get; init; }

    public required long? ExpiresAt { get; init; }

    /// <summary>It was refused together with others, and goes by itself: then it is known which one is refused.</summary>
    public required bool IsAlone { get; init; }

    /// <summary>Under which sequence it was refused last; null: it was not.</summary>
    public long? RefusedSequence { get; set; }

    /// <summary>The encoded message, without times.</summary>
    public required byte[] Message { get; init; }

    public long Claim { get; set; }

    /// <summary>When it was claimed, or when it was read to be claimed, by the database's clock: Unix time in milliseconds.</summary>
    public required long ClaimedAt { get; init; }

    public PartitionNumber Partition { get; set; }

    public long Sequence { get; set; }

    /// <summary>Whether its message has a deduplication id, by which it may repeat another one. Reads the message.</summary>
    public bool HasDeduplicationId() => Protocol.V1.Message.Parser.ParseFrom(Message).DeduplicationId.Length > 0;

    /// <summary>What is to be sent now: a time of delivery that has passed means at once.</summary>
    public ReadOnlyMemory<byte> Encode(long now)
    {
        long due = DeliverAt > now ? DeliverAt.Value : 0;
        if (due == 0 && ExpiresAt is null)
        {
            return Message;
        }

        // Fields stand one behind the other; these two are not among those that stand there.
        byte[] times = new Message { DeliverAt = (ulong)due, ExpiresAt = (ulong)(ExpiresAt ?? 0) }.ToByteArray();
        return (byte[])[.. Message, .. times];
    }
}
