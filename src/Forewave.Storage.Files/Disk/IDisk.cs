namespace Forewave.Storage.Files.Disk;

/// <summary>
/// One data folder, behind the seam where disks fail. All paths are relative to it.
/// </summary>
/// <remarks>
/// All calls are synchronous and may be made from any thread. Every error of the environment is a
/// <see cref="DiskException"/>. A name that was created, renamed or deleted survives a power loss only after
/// <see cref="SyncFolder"/> of its folder; <see cref="IDiskFile.Sync"/> makes a file's bytes durable, not its name.
/// </remarks>
public interface IDisk
{
    /// <summary>
    /// Bytes that can still be written by this process; <see cref="long.MaxValue"/> where there is no limit.
    /// Costs one system call, no disk access.
    /// </summary>
    long FreeBytes { get; }

    /// <summary>Size of the file system in bytes; <see cref="long.MaxValue"/> where there is no limit.</summary>
    long TotalBytes { get; }

    /// <summary>Opens a file. The caller owns what is returned and disposes it.</summary>
    /// <exception cref="DiskException">
    /// <see cref="DiskErrorKind.NotFound"/>: no such file, or no such folder to create it in.
    /// <see cref="DiskErrorKind.AlreadyExists"/>: <see cref="DiskOpen.CreateNew"/> on a name that is taken.
    /// </exception>
    IDiskFile Open(DiskPath path, DiskOpen mode);

    /// <summary>Whether a file or folder of this name exists.</summary>
    bool Exists(DiskPath path);

    /// <summary>
    /// The files directly inside a folder, not its folders, in ordinal order of their names.
    /// </summary>
    /// <exception cref="DiskException"><see cref="DiskErrorKind.NotFound"/>: there is no such folder.</exception>
    IReadOnlyList<DiskPath> List(DiskPath folder);

    /// <summary>
    /// Creates one folder in a folder that exists; does nothing if it is there already. Durable when the parent
    /// is synced.
    /// </summary>
    void CreateFolder(DiskPath path);

    /// <summary>
    /// Deletes a file's name. Handles that are open go on reading and writing; its space is free when the last
    /// of them is disposed.
    /// </summary>
    /// <exception cref="DiskException"><see cref="DiskErrorKind.NotFound"/>: there is no such file.</exception>
    void Delete(DiskPath path);

    /// <summary>
    /// Gives a file another name, in one step; a file that had that name is replaced. After a power loss either
    /// the old name holds or the new one, never both, never none. Durable when the folder of
    /// <paramref name="to"/> is synced.
    /// </summary>
    /// <exception cref="DiskException">
    /// <see cref="DiskErrorKind.NotFound"/>: no such file, or no such folder to move it to.
    /// </exception>
    void Rename(DiskPath from, DiskPath to);

    /// <summary>
    /// Makes every name that was created, renamed or deleted in this folder durable. Costs one sync.
    /// </summary>
    void SyncFolder(DiskPath folder);

    /// <summary>
    /// Takes the lock that lets one process alone use the data folder. It is held until the returned object is
    /// disposed, or the process ends in any way.
    /// </summary>
    /// <param name="path">The lock file; created if missing, never deleted, holds the id of the process.</param>
    /// <exception cref="DiskException">
    /// <see cref="DiskErrorKind.Locked"/>: another process, or another lock of this one, holds it;
    /// <see cref="DiskException.HolderProcessId"/> tells which.
    /// </exception>
    IDisposable LockExclusive(DiskPath path);
}
