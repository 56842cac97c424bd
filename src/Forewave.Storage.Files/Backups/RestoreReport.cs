using Forewave.Protocol;

namespace Forewave.Storage.Files.Backups;

/// <summary>What was restored. Immutable.</summary>
public sealed record RestoreReport
{
    /// <summary>The backup whose checkpoint was taken.</summary>
    public required uint Backup { get; init; }

    /// <summary>Position of the last message that is there.</summary>
    public required LogPosition End { get; init; }

    /// <summary>When it was written.</summary>
    public required Timestamp EndTime { get; init; }

    /// <summary>The epoch that the folder was restored under: handles of it and of earlier ones do not count.</summary>
    public required Epoch Epoch { get; init; }

    /// <summary>Bytes that were written.</summary>
    public required long Bytes { get; init; }
}
