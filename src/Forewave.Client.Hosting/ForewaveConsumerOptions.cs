using Forewave.Client.Consuming;
using Forewave.Protocol;

namespace Forewave.Client.Hosting;

/// <summary>What a consumer in a host receives, and how. Immutable.</summary>
public sealed record ForewaveConsumerOptions
{
    /// <summary>The queue.</summary>
    public required QueueName Queue { get; init; }

    /// <summary>The group.</summary>
    public required GroupName Group { get; init; }

    /// <summary>How many handlers run at once. Default 1.</summary>
    public int Concurrency { get; init; } = 1;

    /// <summary>How the consumer works. Default: the consumer's defaults.</summary>
    public ConsumerOptions Consumer { get; init; } = new();
}
