using Forewave.Storage;
using Microsoft.Extensions.Logging;

namespace Forewave.Broker.Search.Keys;

/// <summary>What the upkeep of the key index works with.</summary>
internal sealed record KeyUpkeepParts
{
    public required KeyIndex Index { get; init; }

    public required KeyIndexTerms Terms { get; init; }

    public required KeyHashing Hashing { get; init; }

    public required IStore Store { get; init; }

    public required SearchPace Pace { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>The indexes of all queues, with all bands of priority; any thread.</summary>
    public required Func<IEnumerable<uint>> Indexes { get; init; }

    /// <summary>Whether a queue is there; any thread.</summary>
    public required Func<uint, bool> HasQueue { get; init; }

    public KeyCounts Counts { get; } = new();
}
