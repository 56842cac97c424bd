namespace Forewave.Broker.Delivery.Groups;

/// <summary>Consecutive messages of a run that a filter took.</summary>
internal readonly record struct MessagePart
{
    /// <summary>Place of the first in the run.</summary>
    public int From { get; init; }

    /// <summary>How many.</summary>
    public int Count { get; init; }

    /// <summary>Where the first begins in the run's bytes.</summary>
    public int FromByte { get; init; }

    /// <summary>Where the last ends.</summary>
    public int EndByte { get; init; }
}
