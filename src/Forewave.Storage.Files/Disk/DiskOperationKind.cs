namespace Forewave.Storage.Files.Disk;

/// <summary>The operations of <see cref="IDisk"/> and <see cref="IDiskFile"/>, as errors and hooks name them.</summary>
public enum DiskOperationKind
{
    /// <summary><see cref="IDisk.Open"/> of a file that exists.</summary>
    Open = 0,

    /// <summary><see cref="IDisk.Open"/> with <see cref="DiskOpen.CreateNew"/>.</summary>
    Create = 1,

    /// <summary><see cref="IDisk.List"/>.</summary>
    List = 2,

    /// <summary><see cref="IDisk.CreateFolder"/>.</summary>
    CreateFolder = 3,

    /// <summary><see cref="IDisk.Delete"/>.</summary>
    Delete = 4,

    /// <summary><see cref="IDisk.Rename"/>.</summary>
    Rename = 5,

    /// <summary><see cref="IDisk.SyncFolder"/>.</summary>
    SyncFolder = 6,

    /// <summary><see cref="IDisk.LockExclusive"/>.</summary>
    Lock = 7,

    /// <summary><see cref="IDiskFile.Write"/> and <see cref="IDiskFile.WriteGather"/>.</summary>
    Write = 8,

    /// <summary><see cref="IDiskFile.Read"/>.</summary>
    Read = 9,

    /// <summary><see cref="IDiskFile.Preallocate"/>.</summary>
    Preallocate = 10,

    /// <summary><see cref="IDiskFile.Truncate"/>.</summary>
    Truncate = 11,

    /// <summary><see cref="IDiskFile.Sync"/>.</summary>
    Sync = 12,

    /// <summary>Asking for a length or for free space.</summary>
    Inspect = 13,
}
