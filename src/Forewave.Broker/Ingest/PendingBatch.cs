using Forewave.Broker.Delivery.Priorities;
using Forewave.Broker.Queues;
using Forewave.Protocol;

namespace Forewave.Broker.Ingest;

/// <summary>One batch of a publish on its way: what was asked for, then what became of it.</summary>
internal struct PendingBatch
{
    /// <summary>Its queue; null when the handle is not known (<see cref="Error"/> is set then).</summary>
    public QueueEntry? Queue;

    /// <summary>Sequence of its first message.</summary>
    public ulong FirstSequence;

    /// <summary>How many messages, at least 1.</summary>
    public int Count;

    /// <summary>The run of messages, in the session's frame: valid until the frame is released.</summary>
    public ReadOnlyMemory<byte> Messages;

    /// <summary>A message of it has an ordering key, or may have one where the batch was refused.</summary>
    public bool HasKeys;

    /// <summary>Sequence of the refused message that its first one replaces, and so on; 0: it replaces none.</summary>
    public ulong Replaces;

    /// <summary>CRC-32C of the run.</summary>
    public uint Crc;

    /// <summary>What of it is due when; null where all of it is published at once.</summary>
    public ScheduledSlice[]? Slices;

    /// <summary>Some of its messages have deduplication ids.</summary>
    public bool HasIds;

    /// <summary>A message of it names when it expires.</summary>
    public bool HasExpiry;

    /// <summary>Some of its messages have keys to be found by.</summary>
    public bool HasSearchKeys;

    /// <summary>Where its ids begin among those of the publish.</summary>
    public int FirstClaim;

    /// <summary>How many of its messages have an id.</summary>
    public int ClaimCount;

    /// <summary>Where those ids begin that are not of repeats by sequence.</summary>
    public int FirstDecided;

    /// <summary>How many of its messages are repeats by their ids.</summary>
    public int RepeatCount;

    /// <summary>Its place in the append: so many positions after the first.</summary>
    public ulong Offset;

    /// <summary>A bit for each message, the lowest first: it was stored before. Null: all or none of them.</summary>
    public byte[]? Repeated;

    /// <summary>The band of priority of all its messages, where it has no slices.</summary>
    public PriorityBand Band;

    /// <summary>Why it was refused, or (part of) it had been.</summary>
    public ErrorCode Error;

    /// <summary>What happened in this case; constant text, null for the error table's.</summary>
    public string? Detail;

    /// <summary>How long to wait before it is sent again; default: what the error table says.</summary>
    public TimeSpan RetryAfter;

    /// <summary>It was let in by quotas, and is not counted again.</summary>
    public bool IsCounted;

    /// <summary>How many of its messages, from the first on, are repeats of sequences that were used before.</summary>
    public int KnownCount;

    /// <summary>A repeat's answer: its messages had been taken before.</summary>
    public bool IsDuplicate;

    /// <summary>Position of the first message; none where it was refused.</summary>
    public LogPosition First;

    /// <summary>A position for each message where they are not consecutive, none where refused; else null.</summary>
    public LogPosition[]? Positions;

    /// <summary>How many records its messages take, at most.</summary>
    public readonly int RecordCount => (Slices?.Length ?? 1) + 2 * ClaimCount;

    /// <summary>What the headers of its Published records say of the messages.</summary>
    public readonly ulong Flags => (HasKeys ? PublishedFlags.HasKeys : 0) | (HasIds ? PublishedFlags.HasIds : 0)
        | (HasExpiry ? PublishedFlags.HasExpiry : 0) | (HasSearchKeys ? PublishedFlags.HasSearchKeys : 0) | Queue!.Options.LifeBits;

    /// <summary>Whether messages of it are to be appended.</summary>
    public readonly bool HasNew => Error == ErrorCode.None && KnownCount < Count;
}
