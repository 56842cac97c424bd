namespace Forewave.Protocol.Frames;

/// <summary>A run of a Settle that failed, wholly or in part, to be written.</summary>
public readonly record struct SettleFailure
{
    /// <summary>The run's place in the request, from 0.</summary>
    public required uint Run { get; init; }

    /// <summary>The first offset that failed.</summary>
    public required Offset First { get; init; }

    /// <summary>How many failed from there; 0: the whole run.</summary>
    public required uint Count { get; init; }

    /// <summary>Why.</summary>
    public required V1.Error Error { get; init; }
}
