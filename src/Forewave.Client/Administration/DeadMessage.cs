namespace Forewave.Client.Administration;

/// <summary>The content of a dead letter. Immutable.</summary>
public sealed record DeadMessage
{
    /// <summary>The body.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The keys, in their order.</summary>
    public required IReadOnlyList<string> Keys { get; init; }

    /// <summary>The tag; null where there is none.</summary>
    public required string? Tag { get; init; }

    /// <summary>The headers, in their order.</summary>
    public required IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> Headers { get; init; }
}
