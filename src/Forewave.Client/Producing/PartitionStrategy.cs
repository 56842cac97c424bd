namespace Forewave.Client.Producing;

/// <summary>
/// Which partition a message goes to that has neither an ordering key nor a deduplication id. Partitions that do not answer, or refused
/// lately, are passed over, whatever the strategy.
/// </summary>
public enum PartitionStrategy
{
    /// <summary>One after the other. The default.</summary>
    RoundRobin,

    /// <summary>In turn, as often as <see cref="ProducerOptions.Weights"/> says.</summary>
    Weighted,

    /// <summary>Always the same one for a client's name: programs keep to a partition each.</summary>
    ClientHash,

    /// <summary>Always the same one for a queue: a queue keeps to a partition.</summary>
    QueueHash,

    /// <summary>The one that has answered fastest of late; every 64th message goes to the next in turn, so that all are known.</summary>
    LeastResponseTime,
}
