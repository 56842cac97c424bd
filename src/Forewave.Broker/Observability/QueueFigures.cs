namespace Forewave.Broker.Observability;

/// <summary>What is counted of a queue, all priorities together.</summary>
internal sealed record QueueFigures
{
    /// <summary>Its name; empty: of all queues without series of their own.</summary>
    public required string Name { get; init; }

    /// <summary>Messages that came into it since it was made.</summary>
    public long Published { get; init; }

    /// <summary>Messages that are there.</summary>
    public long Messages { get; init; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; init; }
}
