namespace Forewave.Cli.Bench;

/// <summary>What was received, judged by the sequences in the bodies.</summary>
internal sealed record DeliveryCounts
{
    /// <summary>Acknowledged and never received.</summary>
    public long Lost { get; init; }

    /// <summary>One sequence under two message ids.</summary>
    public long Duplicates { get; init; }

    /// <summary>The same message id again.</summary>
    public long Redelivered { get; init; }

    /// <summary>First deliveries after a later one of the same producer and queue, or ordering key or priority; zero where nothing keeps an order.</summary>
    public long OutOfOrder { get; init; }

    /// <summary>First deliveries before they were due.</summary>
    public long Early { get; init; }
}
