namespace Forewave.Storage.Files.QueueIndex;

/// <summary>The numbers of a queue's index.</summary>
internal readonly record struct IndexBounds
{
    /// <summary>The oldest offset that is still there.</summary>
    public required long FirstRetained { get; init; }

    /// <summary>The offset that the next message will get.</summary>
    public required long End { get; init; }

    /// <summary>Payload bytes, about.</summary>
    public required long Bytes { get; init; }

    /// <summary>Unix milliseconds of the oldest message, or earlier.</summary>
    public required long OldestTime { get; init; }
}
