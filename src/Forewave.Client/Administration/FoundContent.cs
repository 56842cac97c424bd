namespace Forewave.Client.Administration;

/// <summary>The content of a message that was found. Immutable.</summary>
public sealed record FoundContent
{
    /// <summary>The body.</summary>
    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The headers, in their order.</summary>
    public required IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>>> Headers { get; init; }
}
