using Forewave.Broker.Delivery;
using Forewave.Broker.Observability;
using Forewave.Broker.Scheduling;
using Forewave.Broker.Search.Keys;
using Forewave.Storage;

namespace Forewave.Broker.Search;

/// <summary>What searches share. Thread-safe as each of them says.</summary>
internal sealed record SearchParts
{
    public required IStore Store { get; init; }

    public required DeliveryLoops Delivery { get; init; }

    public required Scheduler Scheduling { get; init; }

    public required KeySearch Keys { get; init; }

    public required KeyHashing Hashing { get; init; }

    public required SearchPace Pace { get; init; }

    public required SearchTurns Turns { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Bytes of messages that searches read.</summary>
    public LongCounter BytesRead { get; } = new();
}
