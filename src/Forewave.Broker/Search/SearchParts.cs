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

    /// <summary>Completes when what was appended up to now is committed, and the scheduler and all loops know it.</summary>
    public async Task UntilDispatchedAsync(CancellationToken cancellation)
    {
        var through = Store.Tail;
        await Store.CommittedAsync().WaitAsync(cancellation);
        await Scheduling.InTurnAsync(
            async _ =>
            {
                await Scheduling.UntilDispatchedAsync(through);
                return true;
            },
            cancellation);
        await Delivery.Outcomes.DispatchedAsync(through).WaitAsync(cancellation);
    }
}
