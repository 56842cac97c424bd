using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Administration;

/// <summary>A consumer of a group as operators see it: subscribed, or gone and still with leases.</summary>
internal sealed record ConsumerDetails
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its id.</summary>
    public required ConsumerId Id { get; init; }

    /// <summary>It is subscribed.</summary>
    public required bool IsSubscribed { get; init; }

    /// <summary>It would take messages now.</summary>
    public required bool IsHungry { get; init; }

    /// <summary>Messages that it has.</summary>
    public required long Leased { get; init; }

    /// <summary>Unix time in milliseconds since when it has the one that it has longest; 0: it has none.</summary>
    public required long OldestLeaseTime { get; init; }

    /// <summary>Unix time in milliseconds when something of it was settled; 0: nothing was since the broker started.</summary>
    public required long LastSettleTime { get; init; }

    /// <summary>It has messages and gets nowhere.</summary>
    public required bool IsStuck { get; init; }
}
