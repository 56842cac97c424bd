namespace Forewave.Client.Administration;

/// <summary>What was done to dead letters at once. Immutable.</summary>
public sealed record DeadDone
{
    /// <summary>The number of the operation that did it; 0: there was nothing to be done.</summary>
    public required long Operation { get; init; }

    /// <summary>How many dead letters.</summary>
    public required long Messages { get; init; }
}
