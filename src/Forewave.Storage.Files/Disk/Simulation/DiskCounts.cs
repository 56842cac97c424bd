namespace Forewave.Storage.Files.Disk.Simulation;

/// <summary>What a <see cref="PowerLossDisk"/> was asked to do so far, failed calls included.</summary>
/// <param name="Operations">All that change the disk: everything below, and names created, renamed and deleted.</param>
/// <param name="Writes">Calls of write and gather.</param>
/// <param name="WrittenBytes">Their bytes.</param>
/// <param name="Syncs">Syncs of files.</param>
/// <param name="FolderSyncs">Syncs of folders.</param>
public readonly record struct DiskCounts(long Operations, long Writes, long WrittenBytes, long Syncs, long FolderSyncs);
