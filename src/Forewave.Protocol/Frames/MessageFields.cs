namespace Forewave.Protocol.Frames;

/// <summary>What goes into one message, to be encoded. Its spans stay their owner's until it is written.</summary>
public readonly ref struct MessageFields
{
    /// <summary>The body, any bytes.</summary>
    public ReadOnlySpan<byte> Body { get; init; }

    /// <summary>For look-up; at most 8 of 255 bytes.</summary>
    public ReadOnlySpan<string> Keys { get; init; }

    /// <summary>For the group's filter; null or empty: none.</summary>
    public string? Tag { get; init; }

    /// <summary>At most 128, 16 KiB in all.</summary>
    public ReadOnlySpan<KeyValuePair<string, ReadOnlyMemory<byte>>> Headers { get; init; }

    /// <summary>Null or empty: none.</summary>
    public string? OrderingKey { get; init; }

    /// <summary>0 to 9; null: 4, and not written.</summary>
    public int? Priority { get; init; }

    /// <summary>Unix time in milliseconds; 0: none.</summary>
    public long DeliverAtMilliseconds { get; init; }

    /// <summary>Milliseconds after arrival; 0: none.</summary>
    public long DelayMilliseconds { get; init; }

    /// <summary>Unix time in milliseconds; 0: none.</summary>
    public long ExpiresAtMilliseconds { get; init; }

    /// <summary>Milliseconds after arrival; 0: none.</summary>
    public long TimeToLiveMilliseconds { get; init; }

    /// <summary>Null or empty: none.</summary>
    public string? DeduplicationId { get; init; }

    /// <summary>What it asks of the broker.</summary>
    public MessageCapabilities Capabilities =>
        (string.IsNullOrEmpty(OrderingKey) ? 0 : MessageCapabilities.Ordering)
        | (Priority is null or Limits.DefaultPriority ? 0 : MessageCapabilities.Priorities)
        | ((DeliverAtMilliseconds | DelayMilliseconds) == 0 ? 0 : MessageCapabilities.Delays)
        | ((ExpiresAtMilliseconds | TimeToLiveMilliseconds) == 0 ? 0 : MessageCapabilities.Expiry)
        | (string.IsNullOrEmpty(DeduplicationId) ? 0 : MessageCapabilities.Deduplication);
}
