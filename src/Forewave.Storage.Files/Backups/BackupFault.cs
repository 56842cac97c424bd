namespace Forewave.Storage.Files.Backups;

/// <summary>A file of a backup that is not as it was written. Immutable.</summary>
public sealed record BackupFault
{
    /// <summary>Where it is in the backup folder.</summary>
    public required string Path { get; init; }

    /// <summary>What is wrong with it.</summary>
    public required string Problem { get; init; }

    /// <summary>The backups that need it, rising.</summary>
    public required IReadOnlyList<uint> Backups { get; init; }
}
