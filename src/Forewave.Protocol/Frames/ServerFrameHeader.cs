namespace Forewave.Protocol.Frames;

/// <summary>The outermost level of a ServerFrame.</summary>
public readonly record struct ServerFrameHeader
{
    /// <summary>Ties request and answer together.</summary>
    public required CorrelationId Correlation { get; init; }

    /// <summary>What the frame is.</summary>
    public required ServerAnswer Answer { get; init; }

    /// <summary>Where the fields of that stand in the frame.</summary>
    public required ByteRange Payload { get; init; }
}
