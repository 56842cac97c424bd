using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Subscriptions;

/// <summary>What one pull asks for.</summary>
internal readonly record struct ReceiveTerms
{
    /// <summary>The request's correlation.</summary>
    public required CorrelationId Correlation { get; init; }

    /// <summary>Messages at most, from 1.</summary>
    public required int MaxMessages { get; init; }

    /// <summary>Bytes of messages at most, but for the first message.</summary>
    public required int MaxBytes { get; init; }

    /// <summary>How long to wait for the first message.</summary>
    public required TimeSpan Wait { get; init; }
}
