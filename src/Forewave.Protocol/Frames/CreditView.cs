namespace Forewave.Protocol.Frames;

/// <summary>What a Credit adds to a subscription.</summary>
public readonly record struct CreditView
{
    /// <summary>The subscription's handle on the connection.</summary>
    public required uint SubscriptionHandle { get; init; }

    /// <summary>How many messages more may be sent.</summary>
    public required uint Messages { get; init; }

    /// <summary>How many bytes more may be sent.</summary>
    public required uint Bytes { get; init; }
}
