using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Leases;

/// <summary>One run of a Settle frame: leases of consecutive offsets that share their attempt, and what is said of them.</summary>
internal readonly record struct SettleItem
{
    /// <summary>The run's place in the request, from 0.</summary>
    public required uint Place { get; init; }

    /// <summary>The queue's number.</summary>
    public required uint Queue { get; init; }

    /// <summary>The group's number.</summary>
    public required uint Group { get; init; }

    /// <summary>The first offset; of an ack up to an offset the last one.</summary>
    public required Offset First { get; init; }

    /// <summary>How many offsets.</summary>
    public required int Count { get; init; }

    /// <summary>The attempt of the leases.</summary>
    public required Attempt Attempt { get; init; }

    /// <summary>The epoch that gave them.</summary>
    public required Epoch Epoch { get; init; }

    /// <summary>What is said.</summary>
    public required SettleVerb Verb { get; init; }

    /// <summary>Nack: until it is due again, zero for the group's back-off. Extend: the length of the lease from now.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Nack, reject: why; null: none was given.</summary>
    public string? Reason { get; init; }

    /// <summary>The offset after the last one.</summary>
    public long End => First.Value + Count;
}
