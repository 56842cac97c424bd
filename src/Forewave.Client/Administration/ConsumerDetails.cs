using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>A consumer of a group: subscribed, or gone and still with leases. Immutable.</summary>
public sealed record ConsumerDetails
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its id.</summary>
    public required ConsumerId Id { get; init; }

    /// <summary>It is subscribed.</summary>
    public required bool IsSubscribed { get; init; }

    /// <summary>It would take messages now.</summary>
    public required bool IsWaiting { get; init; }

    /// <summary>Messages that it has.</summary>
    public required long Leased { get; init; }

    /// <summary>Since when it has the message that it has longest; null: it has none.</summary>
    public DateTimeOffset? OldestLeaseTime { get; init; }

    /// <summary>When something of it was settled last, since the broker started; null: nothing was.</summary>
    public DateTimeOffset? LastSettleTime { get; init; }

    /// <summary>It has had a message for 10 visibility timeouts of the group, or messages for so long without settling any.</summary>
    public required bool IsStuck { get; init; }
}
