using Forewave.Broker.Queues;
using Forewave.Storage;

namespace Forewave.Broker.Search;

/// <summary>One page of a search.</summary>
internal sealed record SearchQuery
{
    /// <summary>Where.</summary>
    public required QueueEntry Queue { get; init; }

    /// <summary>For what.</summary>
    public required SearchFilter Filter { get; init; }

    /// <summary>Where it begins, or goes on.</summary>
    public required SearchPosition Start { get; init; }

    /// <summary>Not what came into the queue before.</summary>
    public Timestamp? From { get; init; }

    /// <summary>Not what came into the queue from then on.</summary>
    public Timestamp? To { get; init; }

    /// <summary>Messages of the page, at most.</summary>
    public required int Most { get; init; }

    /// <summary>With the encoded messages.</summary>
    public bool WithMessages { get; init; }
}
