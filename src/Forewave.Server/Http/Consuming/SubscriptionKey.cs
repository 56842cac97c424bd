using Forewave.Client.Consuming;
using Forewave.Protocol;

namespace Forewave.Server.Http.Consuming;

/// <summary>What receives have in common that share a subscription.</summary>
internal sealed record SubscriptionKey
{
    /// <summary>From where.</summary>
    public required QueueName Queue { get; init; }

    /// <summary>For whom.</summary>
    public required GroupName Group { get; init; }

    /// <summary>The name of the consumer.</summary>
    public required ConsumerName Consumer { get; init; }

    /// <summary>The filter that the group is to have; null: whatever it has.</summary>
    public TagFilter? Filter { get; init; }

    /// <summary>How long leases last; zero: as the group says.</summary>
    public TimeSpan Visibility { get; init; }

    /// <summary>Where the group begins if it is made.</summary>
    public StartAt Start { get; init; }
}
