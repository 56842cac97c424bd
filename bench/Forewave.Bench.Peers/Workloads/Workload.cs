namespace Forewave.Bench.Peers.Workloads;

/// <summary>One workload, the same for every peer.</summary>
internal sealed record Workload
{
    /// <summary>Name on the command line and in the JSON report.</summary>
    public required string Name { get; init; }

    /// <summary>Row of the table.</summary>
    public required string Title { get; init; }

    public required WorkloadShape Shape { get; init; }

    /// <summary>Messages of all producers together.</summary>
    public required int Messages { get; init; }

    public required int SizeBytes { get; init; }

    /// <summary>Unanswered publishes of all producers together. A paced workload ignores it: a window would make the sender wait
    /// for the broker, and hide what it is there to measure.</summary>
    public required int InFlight { get; init; }

    /// <summary>Messages per second of a paced workload, 0 elsewhere.</summary>
    public int RatePerSecond { get; init; }

    public AckMode AckMode => Shape == WorkloadShape.DrainAckUpTo ? AckMode.UpTo : AckMode.Each;

    /// <summary>A small one of the same shape, run first on a queue of its own, so that no figure contains the client's compilation.</summary>
    public Workload AsWarmUp() => this with { Messages = Math.Max(1, Math.Min(Messages, 20_000) / (Shape == WorkloadShape.Paced ? 8 : 1)) };
}
