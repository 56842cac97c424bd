namespace Forewave.Client.Administration;

/// <summary>Where a backup is in its life. The numbers are those of the wire; one that is not known here is of a newer broker.</summary>
public enum BackupState
{
    /// <summary>The broker has taken none since its start.</summary>
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
