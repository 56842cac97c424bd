namespace Forewave.Storage;

/// <summary>A record that is to be appended; the store gives position, time and place.</summary>
public readonly struct RecordDraft
{
    /// <summary>What it says.</summary>
    public required RecordType Type { get; init; }

    /// <summary>How many log positions it takes: messages in a publish, else 1.</summary>
    public required int Count { get; init; }

    /// <summary>Number of the queue (or dead-letter index); 0 where it belongs to none.</summary>
    public uint Queue { get; init; }

    /// <summary>Producer number or group id.</summary>
    public uint Source { get; init; }

    /// <summary>Producer sequence, offset or another number.</summary>
    public ulong Sequence { get; init; }

    /// <summary>A second number.</summary>
    public ulong Extra { get; init; }

    /// <summary>Copied before <see cref="IStore.TryAppend"/> returns; the caller keeps it.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>CRC-32C of the payload, computed by the caller before it takes any lock.</summary>
    public required uint PayloadCrc { get; init; }

    /// <summary>Survives a crash only together with the next record of the same call.</summary>
    public bool JoinsNext { get; init; }

    /// <summary>Who is told when it is committed; null when nobody waits.</summary>
    public ICommitOwner? Owner { get; init; }

    /// <summary>
    /// Nobody waits for it: it may stay unwritten for a few milliseconds, until something follows that somebody waits for, and
    /// be lost in a crash before that. An append is lazy when all its records are, and have no owner.
    /// </summary>
    public bool IsLazy { get; init; }

    /// <summary>Given back to <see cref="Owner"/>.</summary>
    public long Token { get; init; }
}
