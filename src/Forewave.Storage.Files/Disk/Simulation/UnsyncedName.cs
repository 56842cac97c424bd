namespace Forewave.Storage.Files.Disk.Simulation;

/// <summary>A change of names that no sync of a folder has made durable.</summary>
/// <param name="Kind">Create, CreateFolder, Delete or Rename.</param>
/// <param name="Path">The name that is created or deleted; for a rename the new one.</param>
/// <param name="OldPath">For a rename the old name, else the same as <paramref name="Path"/>.</param>
/// <param name="File">The file that is meant; null for a folder.</param>
internal sealed record UnsyncedName(DiskOperationKind Kind, DiskPath Path, DiskPath OldPath, SimulatedFile? File)
{
    /// <summary>The folder whose sync makes this durable.</summary>
    internal DiskPath Folder => Path.Folder;

    /// <summary>
    /// Whether the order of the two matters: a journal never keeps the later and loses the earlier of these. The changes of
    /// one file hang together by this too, each begins at the name where the one before ended.
    /// </summary>
    internal bool Touches(UnsyncedName other) =>
        Path == other.Path
        || Path == other.OldPath
        || OldPath == other.Path;

    internal void ApplyTo(Dictionary<DiskPath, SimulatedFile> files, HashSet<DiskPath> folders)
    {
        switch (Kind)
        {
            case DiskOperationKind.CreateFolder:
                folders.Add(Path);
                break;
            case DiskOperationKind.Delete:
                files.Remove(Path);
                break;
            default:
                files.Remove(OldPath);
                files[Path] = File!;
                break;
        }
    }
}
