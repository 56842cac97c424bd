using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>What is looked for: messages for which all of it holds. Without anything: every message. Immutable.</summary>
public sealed record MessageFilter
{
    /// <summary>A key that they have; the broker has an index of keys. Null: any or none.</summary>
    public string? Key { get; init; }

    /// <summary>What their tag must match: <c>a,b</c>. Null: any or none. The broker reads the messages for it.</summary>
    public TagFilter? Tags { get; init; }

    /// <summary>Headers that they have, at most 16; a null value stands for any. The broker reads the messages for them.</summary>
    public IReadOnlyList<KeyValuePair<string, ReadOnlyMemory<byte>?>> Headers { get; init; } = [];

    /// <summary>Only what came into the queue then or later; scheduled messages: what was published then or later. Null: no bound.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only what came into the queue before that. Null: no bound.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Only what is in the queue from this offset on, nothing that is scheduled: browsing. Null: everything.</summary>
    public Offset? FromOffset { get; init; }
}
