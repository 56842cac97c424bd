namespace Forewave.Protocol.Frames;

/// <summary>The outermost level of a ClientFrame.</summary>
public readonly record struct ClientFrameHeader
{
    /// <summary>Ties request and answer together.</summary>
    public required CorrelationId Correlation { get; init; }

    /// <summary>What the frame is.</summary>
    public required ClientCommand Command { get; init; }

    /// <summary>Where the fields of that stand in the frame.</summary>
    public required ByteRange Payload { get; init; }
}
