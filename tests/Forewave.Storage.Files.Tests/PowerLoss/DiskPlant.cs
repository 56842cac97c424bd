namespace Forewave.Storage.Files.Tests.PowerLoss;

/// <summary>What a process's disk does wrong, planted to see whether the suite notices.</summary>
internal enum DiskPlant
{
    None,

    /// <summary>Syncs of segment files do nothing.</summary>
    SyncSkipped,

    /// <summary>Syncs of segment files return at once and are done before the next operation on the disk.</summary>
    SyncLate,

    /// <summary>Syncs of folders do nothing.</summary>
    FolderNotSynced,

    /// <summary>Records of earlier uses of a segment file read as if they were of the present use.</summary>
    RecycledNotChecked,
}
