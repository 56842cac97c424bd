namespace Forewave.Client;

/// <summary>
/// A message to be published. Limits are those of the broker's hello (docs/limits.md); what exceeds them is refused before it
/// is sent. The memory is read while the publishing call runs and not after it has returned.
/// </summary>
public readonly record struct Message
{
    /// <summary>A message with a body alone.</summary>
    public Message(ReadOnlyMemory<byte> body) => Body = body;

    /// <summary>Any bytes; the encoded message is at most 4 MiB.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>For look-up: at most 8 of 255 bytes. Default: none.</summary>
    public ReadOnlyMemory<string> Keys { get; init; }

    /// <summary>For the tag filter of a group: at most 255 bytes, no comma, no control characters. Default: none.</summary>
    public string? Tag { get; init; }

    /// <summary>At most 128, 16 KiB in all. Default: none.</summary>
    public ReadOnlyMemory<KeyValuePair<string, ReadOnlyMemory<byte>>> Headers { get; init; }
}
