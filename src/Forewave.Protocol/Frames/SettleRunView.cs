namespace Forewave.Protocol.Frames;

/// <summary>
/// One run of a Settle: leases of consecutive offsets that share their attempt. When <see cref="Problem"/> is set the run is to
/// be refused, not the frame, and the other members are not to be used.
/// </summary>
public readonly ref struct SettleRunView
{
    /// <summary>What is wrong with a field; none when the run is good.</summary>
    public FrameProblem Problem { get; init; }

    /// <summary>The queue's number.</summary>
    public QueueId Queue { get; init; }

    /// <summary>The group's number.</summary>
    public GroupId Group { get; init; }

    /// <summary>The first offset; with <see cref="SettleVerb.AckUpTo"/> the only and last one.</summary>
    public Offset First { get; init; }

    /// <summary>How many offsets; 0 with <see cref="SettleVerb.AckUpTo"/>.</summary>
    public uint Count { get; init; }

    /// <summary>The attempt of these leases; none with <see cref="SettleVerb.AckUpTo"/>.</summary>
    public Attempt Attempt { get; init; }

    /// <summary>The epoch that gave them.</summary>
    public Epoch Epoch { get; init; }

    /// <summary>What is said about them.</summary>
    public SettleVerb Verb { get; init; }

    /// <summary>Nack: until it is due again, zero for the group's back-off. Extend: the new length of the lease from now.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Why, as UTF-8; a part of the frame.</summary>
    public ReadOnlySpan<byte> Reason { get; init; }
}
