using Forewave.Protocol;

namespace Forewave.Storage.Files.Backups;

/// <summary>What a folder is restored to: one of the three, or none for the end of the newest backup. Immutable.</summary>
public sealed record RestorePoint
{
    /// <summary>The end of this backup.</summary>
    public uint? Backup { get; init; }

    /// <summary>The last record that ends at this position or before it.</summary>
    public LogPosition? Position { get; init; }

    /// <summary>The last record that was written at this time or before it.</summary>
    public Timestamp? Time { get; init; }
}
