namespace Forewave.Broker.Delivery.Cursors;

/// <summary>How one delivery of a message ended without success.</summary>
internal readonly record struct FailedAttempt
{
    /// <summary>The reason of an attempt whose lease expired.</summary>
    public const string Expired = "the lease expired";

    /// <summary>Which delivery.</summary>
    public required uint Attempt { get; init; }

    /// <summary>Unix time in milliseconds of its end.</summary>
    public required long Time { get; init; }

    /// <summary>Name of the consumer.</summary>
    public required string Consumer { get; init; }

    /// <summary>Why; empty where none was given.</summary>
    public required string Reason { get; init; }
}
