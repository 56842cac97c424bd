using Forewave.Broker.Delivery.Outcomes;
using Forewave.Protocol;

namespace Forewave.Broker.Messages;

/// <summary>What somebody waits for.</summary>
internal sealed record OutcomeTerms
{
    /// <summary>Which message.</summary>
    public required MessageId Id { get; init; }

    /// <summary>In which group; it need not exist yet.</summary>
    public required GroupName Group { get; init; }

    /// <summary>For what.</summary>
    public required OutcomeKind Until { get; init; }

    /// <summary>At most so long; zero: not at all.</summary>
    public required TimeSpan Wait { get; init; }
}
