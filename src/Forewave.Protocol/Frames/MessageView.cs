namespace Forewave.Protocol.Frames;

/// <summary>
/// One encoded message, seen through. Its spans are parts of the encoded bytes, whose owner keeps them. Of a field that stands
/// more than once the last counts, as everywhere in Protocol Buffers.
/// </summary>
public ref struct MessageView
{
    internal MessageView(ReadOnlySpan<byte> encoded)
    {
        Encoded = encoded;
        Priority = Limits.DefaultPriority;
    }

    /// <summary>The whole encoded message.</summary>
    public ReadOnlySpan<byte> Encoded { get; }

    /// <summary>The body; empty where there is none.</summary>
    public ReadOnlySpan<byte> Body { get; internal set; }

    /// <summary>The tag as UTF-8; empty where there is none.</summary>
    public ReadOnlySpan<byte> Tag { get; internal set; }

    /// <summary>The ordering key as UTF-8; empty where there is none.</summary>
    public ReadOnlySpan<byte> OrderingKey { get; internal set; }

    /// <summary>The deduplication id as UTF-8; empty where there is none.</summary>
    public ReadOnlySpan<byte> DeduplicationId { get; internal set; }

    /// <summary>How many keys it has.</summary>
    public int KeyCount { get; internal set; }

    /// <summary>How many headers it has.</summary>
    public int HeaderCount { get; internal set; }

    /// <summary>Bytes of all header names and values.</summary>
    public int HeadersBytes { get; internal set; }

    /// <summary>0 to 9; 4 where it names none.</summary>
    public int Priority { get; internal set; }

    /// <summary>Unix time in milliseconds before which it is not delivered; 0 where there is none.</summary>
    public long DeliverAtMilliseconds { get; internal set; }

    /// <summary>The same in milliseconds after its arrival; 0 where there is none.</summary>
    public long DelayMilliseconds { get; internal set; }

    /// <summary>Unix time in milliseconds after which it is not delivered; 0 where there is none.</summary>
    public long ExpiresAtMilliseconds { get; internal set; }

    /// <summary>The same in milliseconds after its arrival; 0 where there is none.</summary>
    public long TimeToLiveMilliseconds { get; internal set; }

    /// <summary>What it asks of the broker.</summary>
    public readonly MessageCapabilities Capabilities =>
        (OrderingKey.IsEmpty ? 0 : MessageCapabilities.Ordering)
        | (Priority == Limits.DefaultPriority ? 0 : MessageCapabilities.Priorities)
        | ((DeliverAtMilliseconds | DelayMilliseconds) == 0 ? 0 : MessageCapabilities.Delays)
        | ((ExpiresAtMilliseconds | TimeToLiveMilliseconds) == 0 ? 0 : MessageCapabilities.Expiry)
        | (DeduplicationId.IsEmpty ? 0 : MessageCapabilities.Deduplication);

    /// <summary>Its keys as UTF-8, in their order; <c>foreach</c> walks the encoded bytes again.</summary>
    public readonly MessageKeys Keys => new(Encoded);

    /// <summary>Its headers in their order; <c>foreach</c> walks the encoded bytes again.</summary>
    public readonly MessageHeaders Headers => new(Encoded);
}
