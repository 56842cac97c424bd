namespace Forewave.Storage.Files.Reclaim;

/// <summary>What a segment holds of one queue.</summary>
internal readonly record struct QueueShare
{
    /// <summary>The queue.</summary>
    public required uint Queue { get; init; }

    /// <summary>The lowest offset.</summary>
    public required long First { get; init; }

    /// <summary>The offset after the highest.</summary>
    public required long End { get; init; }

    /// <summary>Payload bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Bytes of it that are at or above an offset, as if all messages were of one size.</summary>
    public long LiveBytes(long firstRetained) => firstRetained <= First
        ? Bytes
        : firstRetained >= End ? 0 : (long)(Bytes * ((double)(End - firstRetained) / (End - First)));
}
