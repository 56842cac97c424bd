using Forewave.Protocol;

namespace Forewave.Cli.Bench;

/// <summary>What a benchmark is to publish.</summary>
internal sealed record BenchPlan
{
    /// <summary>The broker.</summary>
    public required string Server { get; init; }

    /// <summary>Taken in turn, message by message (list by list in batches).</summary>
    public required IReadOnlyList<QueueName> Queues { get; init; }

    /// <summary>In all; from 1.</summary>
    public required long Messages { get; init; }

    /// <summary>Of each body; from <see cref="BenchMessage.MinBytes"/>.</summary>
    public required int SizeBytes { get; init; }

    /// <summary>Each message has a deduplication id of its own.</summary>
    public bool DeduplicationIds { get; init; }

    /// <summary>Each message has a key of its own to be found by: <see cref="BenchStream.KeyOf"/>.</summary>
    public bool MessageKeys { get; init; }

    /// <summary>So many ordering keys, in turn (<see cref="BenchStream.OrderingKeyOf"/>); 0: none.</summary>
    public int OrderingKeys { get; init; }

    /// <summary>So many priorities, in turn from 0; 0: all have the default.</summary>
    public int Priorities { get; init; }

    /// <summary>Each with a connection of its own.</summary>
    public int Producers { get; init; } = 1;

    /// <summary>Messages without a receipt at a time, of all producers.</summary>
    public int InFlight { get; init; } = 10_000;

    /// <summary>Messages per second of all producers; 0: as fast as it goes.</summary>
    public double RatePerSecond { get; init; }

    /// <summary>How long to do the same before, unmeasured; zero: not at all.</summary>
    public TimeSpan Warmup { get; init; }

    /// <summary>How much later they are due; zero: at once.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>When they are due; null: by <see cref="Delay"/>.</summary>
    public DateTimeOffset? DeliverAt { get; init; }

    /// <summary>Over how long their due times are scattered, by whole milliseconds: sequences that are congruent by their number are due together.</summary>
    public TimeSpan DueSpread { get; init; }

    /// <summary>They are published in transactions of so many; 0: in none.</summary>
    public int TransactionMessages { get; init; }

    /// <summary>How.</summary>
    public BenchMode Mode { get; init; }

    /// <summary>Q, or Q-0 to Q-(count−1).</summary>
    /// <exception cref="ForewaveException">Such a name is none.</exception>
    public static IReadOnlyList<QueueName> QueuesOf(QueueName queue, long? count) =>
        count is null ? [queue] : [.. Enumerable.Range(0, checked((int)count)).Select(i => new QueueName($"{queue.Value}-{i}"))];
}
