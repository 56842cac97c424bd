namespace Forewave.Broker.Delivery.Keys;

/// <summary>An ordering key that is set aside with the message that failed and all that follows it.</summary>
internal sealed record ParkedKey
{
    /// <summary>Offset of the message that failed.</summary>
    public required long Offset { get; init; }

    /// <summary>The key as its producer wrote it.</summary>
    public required string Key { get; init; }

    /// <summary>Unix time in milliseconds when it was parked.</summary>
    public required long Time { get; init; }

    /// <summary>Why the last attempt failed.</summary>
    public required string Reason { get; init; }
}
