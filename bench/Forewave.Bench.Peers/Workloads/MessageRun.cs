namespace Forewave.Bench.Peers.Workloads;

/// <summary>Consecutive messages of one producer that are handed to a peer's client together, to go out in as few writes as it can.</summary>
internal readonly record struct MessageRun
{
    public required int Producer { get; init; }

    public required int FirstSequence { get; init; }

    public required int Count { get; init; }

    /// <summary>Of each body.</summary>
    public required int SizeBytes { get; init; }

    /// <summary>When the first message should be sent, in Stopwatch ticks.</summary>
    public required long FirstIntendedTicks { get; init; }

    /// <summary>Between two messages, in Stopwatch ticks; 0 when nothing is paced.</summary>
    public long TicksBetween { get; init; }

    /// <summary>The <paramref name="index"/>th message of the run, from 0.</summary>
    public MessageStamp this[int index] => new()
    {
        Producer = Producer,
        Sequence = FirstSequence + index,
        IntendedTicks = FirstIntendedTicks + (index * TicksBetween),
    };
}
