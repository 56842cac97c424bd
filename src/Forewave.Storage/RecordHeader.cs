using Forewave.Protocol;

namespace Forewave.Storage;

/// <summary>
/// What the log knows of a record besides its payload. The meaning of <see cref="Source"/>, <see cref="Sequence"/> and
/// <see cref="Extra"/> depends on the type; docs/architecture.md has the table.
/// </summary>
public readonly record struct RecordHeader
{
    /// <summary>What the record says.</summary>
    public required RecordType Type { get; init; }

    /// <summary>Its first log position.</summary>
    public required LogPosition Position { get; init; }

    /// <summary>How many positions it takes: messages in a publish, else 1.</summary>
    public required int Count { get; init; }

    /// <summary>When it was appended; never goes back from one record to the next.</summary>
    public required Timestamp Time { get; init; }

    /// <summary>Number of the queue (or dead-letter index) it belongs to; 0 where it belongs to none.</summary>
    public uint Queue { get; init; }

    /// <summary>Producer number or group id; 0 where there is none.</summary>
    public uint Source { get; init; }

    /// <summary>Producer sequence, offset or another number.</summary>
    public ulong Sequence { get; init; }

    /// <summary>A second number.</summary>
    public ulong Extra { get; init; }
}
