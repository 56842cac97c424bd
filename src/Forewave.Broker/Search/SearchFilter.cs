using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Search;

/// <summary>What is looked for: messages for which all of it holds. Immutable.</summary>
internal sealed record SearchFilter
{
    /// <summary>A key that they have, as UTF-8; null: any or none.</summary>
    public ReadOnlyMemory<byte>? Key { get; init; }

    /// <summary>What their tag must match.</summary>
    public TagFilter Tags { get; init; } = TagFilter.All;

    /// <summary>Headers that they have.</summary>
    public IReadOnlyList<HeaderCondition> Headers { get; init; } = [];

    /// <summary>Whether a message that was validated once is looked for.</summary>
    public bool Matches(ReadOnlySpan<byte> encoded) => HasKey(encoded) && Tags.Matches(MessageReader.ReadTag(encoded)) && HasHeaders(encoded);

    private bool HasKey(ReadOnlySpan<byte> encoded)
    {
        if (Key is not { } wanted)
            return true;
        foreach (var key in MessageReader.ReadKeys(encoded))
        {
            if (key.SequenceEqual(wanted.Span))
                return true;
        }
        return false;
    }

    private bool HasHeaders(ReadOnlySpan<byte> encoded)
    {
        for (int i = 0; i < Headers.Count; i++)
        {
            if (!Has(encoded, Headers[i]))
                return false;
        }
        return true;
    }

    private static bool Has(ReadOnlySpan<byte> encoded, in HeaderCondition wanted)
    {
        foreach (var header in MessageReader.ReadHeaders(encoded))
        {
            if (header.Name.SequenceEqual(wanted.Name.Span) && (wanted.Value is not { } value || header.Value.SequenceEqual(value.Span)))
                return true;
        }
        return false;
    }
}
