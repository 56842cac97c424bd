namespace Forewave.Storage.Backups;

/// <summary>Where a backup is in its life. The numbers are on the wire.</summary>
public enum BackupState
{
    /// <summary>There was none since the store was opened.</summary>
    None = 0,

    /// <summary>It is being taken.</summary>
    Running = 1,

    /// <summary>It is whole and durable.</summary>
    Done = 2,

    /// <summary>It did not come to its end; nothing of it counts.</summary>
    Failed = 3,

    /// <summary>It was told to end; nothing of it counts.</summary>
    Cancelled = 4,
}
