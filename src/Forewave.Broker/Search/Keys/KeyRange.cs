namespace Forewave.Broker.Search.Keys;

/// <summary>Messages of an index with consecutive offsets.</summary>
internal readonly record struct KeyRange
{
    /// <summary>The queue's index in the store, with its band of priority.</summary>
    public required uint Index { get; init; }

    /// <summary>The first offset.</summary>
    public required long First { get; init; }

    /// <summary>The offset after the last.</summary>
    public required long End { get; init; }

    /// <summary>How many.</summary>
    public long Count => End - First;

    /// <summary>It has no message.</summary>
    public bool IsEmpty => End <= First;

    /// <summary>So many messages from one on.</summary>
    public static KeyRange From(KeyPlace first, int count) => new() { Index = first.Index, First = first.Offset, End = first.Offset + count };
}
