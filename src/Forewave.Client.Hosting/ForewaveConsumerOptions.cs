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

    /// <summary>
    /// What becomes of a message by the type of what its handler threw: the first one whose type fits counts. Default: none, and every
    /// failed message comes again after the group's back-off, until its attempts are used up. A body that cannot be read is rejected,
    /// unless one of them is for <see cref="UnreadableBodyException"/> itself.
    /// </summary>
    public IReadOnlyList<HandlerOutcome> Outcomes { get; init; } = [];

    /// <summary>How the consumer works. Default: the consumer's defaults.</summary>
    public ConsumerOptions Consumer { get; init; } = new();
}
