namespace Forewave.Protocol.Frames;

/// <summary>Leases of consecutive offsets that share their attempt, and what is said about them, to be written.</summary>
public readonly record struct SettleRun
{
    /// <summary>The queue's number.</summary>
    public required QueueId Queue { get; init; }

    /// <summary>The group's number.</summary>
    public required GroupId Group { get; init; }

    /// <summary>The first offset; with <see cref="SettleVerb.AckUpTo"/> the last one.</summary>
    public required Offset First { get; init; }

    /// <summary>How many offsets; 0 with <see cref="SettleVerb.AckUpTo"/>.</summary>
    public required uint Count { get; init; }

    /// <summary>The attempt of these leases.</summary>
    public required Attempt Attempt { get; init; }

    /// <summary>The epoch that gave them.</summary>
    public required Epoch Epoch { get; init; }

    /// <summary>What is said.</summary>
    public required SettleVerb Verb { get; init; }

    /// <summary>Nack: until it is due again, zero for the group's back-off. Extend: the new length of the lease from now.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Nack, reject: why, as UTF-8 of at most 255 bytes; kept until it is written.</summary>
    public ReadOnlyMemory<byte> Reason { get; init; }
}
