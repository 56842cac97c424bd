namespace Forewave.Client.Administration;

/// <summary>What was done to dead letters at once. Immutable.</summary>
public sealed record DeadDone
{
    /// <summary>The operation that did it; null: there was nothing to be done.</summary>
    public required DeadOperationId? Operation { get; init; }

    /// <summary>How many dead letters.</summary>
    public required long Messages { get; init; }
}
