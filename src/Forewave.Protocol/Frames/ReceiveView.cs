namespace Forewave.Protocol.Frames;

/// <summary>What a Receive asks for.</summary>
public readonly record struct ReceiveView
{
    /// <summary>The subscription's handle on the connection.</summary>
    public required uint SubscriptionHandle { get; init; }

    /// <summary>At most so many messages, 1 to 10,000.</summary>
    public required int MaxMessages { get; init; }

    /// <summary>At most so many bytes of messages, but for a single one that is larger; at most a frame's.</summary>
    public required int MaxBytes { get; init; }

    /// <summary>How long to wait for the first message.</summary>
    public required TimeSpan Wait { get; init; }
}
