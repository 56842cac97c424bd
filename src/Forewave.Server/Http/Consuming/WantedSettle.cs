using Forewave.Protocol;

namespace Forewave.Server.Http.Consuming;

/// <summary>What a request says about one lease.</summary>
internal readonly record struct WantedSettle
{
    /// <summary>The lease's handle as it came.</summary>
    public required string Handle { get; init; }

    /// <summary>What is said.</summary>
    public required SettleVerb Verb { get; init; }

    /// <summary>Nack: until it is due again. Extend: the new length.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Nack, reject: why.</summary>
    public required string Reason { get; init; }
}
