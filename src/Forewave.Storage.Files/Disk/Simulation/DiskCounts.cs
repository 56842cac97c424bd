namespace Forewave.Storage.Files.Disk.Simulation;

/// <summary>What a <see cref="PowerLossDisk"/> was asked to do so far, failed calls included. The default is nothing.</summary>
public readonly record struct DiskCounts
{
    /// <summary>All that change the disk: everything below, and names created, renamed and deleted.</summary>
    public long Operations { get; init; }

    /// <summary>Calls of write and gather.</summary>
    public long Writes { get; init; }

    /// <summary>The bytes of the writes.</summary>
    public long WrittenBytes { get; init; }

    /// <summary>Syncs of files.</summary>
    public long Syncs { get; init; }

    /// <summary>Syncs of folders.</summary>
    public long FolderSyncs { get; init; }
}
