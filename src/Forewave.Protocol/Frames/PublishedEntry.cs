namespace Forewave.Protocol.Frames;

/// <summary>The answer to one batch of a Publish, to be written. Made by one of its three factories.</summary>
public readonly record struct PublishedEntry
{
    /// <summary>The first message's log position; none where refused.</summary>
    public LogPosition FirstPosition { get; private init; }

    /// <summary>How safely the messages are stored.</summary>
    public Durability Durability { get; private init; }

    /// <summary>Whether they were stored before.</summary>
    public bool IsDuplicate { get; private init; }

    /// <summary>One position for each message, where they are not consecutive; else empty.</summary>
    public ReadOnlyMemory<LogPosition> Positions { get; private init; }

    /// <summary>A bit for each message, the lowest first: it was stored before. Empty: all were, or none.</summary>
    public ReadOnlyMemory<byte> Repeated { get; private init; }

    /// <summary>Why the batch was refused; null where it was not.</summary>
    public V1.Error? Error { get; private init; }

    /// <summary>The messages are stored, at consecutive positions.</summary>
    public static PublishedEntry Stored(LogPosition first, Durability durability) =>
        new() { FirstPosition = first, Durability = durability };

    /// <summary>The messages were stored before at consecutive positions, under these sequences.</summary>
    public static PublishedEntry StoredBefore(LogPosition first, Durability durability) =>
        new() { FirstPosition = first, Durability = durability, IsDuplicate = true };

    /// <summary>Some or all were stored before, and their positions are not consecutive.</summary>
    /// <param name="positions">One for each message; kept until the entry is written.</param>
    /// <param name="durability">The lowest of theirs.</param>
    public static PublishedEntry StoredBefore(ReadOnlyMemory<LogPosition> positions, Durability durability) =>
        new() { FirstPosition = positions.Span[0], Durability = durability, IsDuplicate = true, Positions = positions };

    /// <summary>Of some messages others with their deduplication ids were stored before.</summary>
    /// <param name="positions">One for each message; kept until the entry is written.</param>
    /// <param name="durability">The lowest of theirs.</param>
    /// <param name="repeated">A bit for each message, the lowest first; kept until the entry is written.</param>
    public static PublishedEntry StoredInPart(
        ReadOnlyMemory<LogPosition> positions, Durability durability, ReadOnlyMemory<byte> repeated) =>
        new() { FirstPosition = positions.Span[0], Durability = durability, Positions = positions, Repeated = repeated };

    /// <summary>Some were stored before, in other batches; the rest was refused.</summary>
    /// <param name="positions">One for each message, none where refused; kept until the entry is written.</param>
    /// <param name="durability">The lowest of those that are stored.</param>
    /// <param name="error">Why the rest was refused.</param>
    public static PublishedEntry PartlyRefused(ReadOnlyMemory<LogPosition> positions, Durability durability, V1.Error error) =>
        StoredBefore(positions, durability) with { Error = error };

    /// <summary>The batch was refused.</summary>
    public static PublishedEntry Refused(V1.Error error) => new() { Error = error };
}
