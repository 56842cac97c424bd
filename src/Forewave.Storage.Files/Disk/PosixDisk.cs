using System.Runtime.InteropServices;
using Forewave.Storage.Files.Disk.Interop;
using Microsoft.Win32.SafeHandles;

namespace Forewave.Storage.Files.Disk;

/// <summary>
/// A folder of a Linux file system, through the calls of the C library: fdatasync is called directly, since .NET's
/// flush is fsync and swallows some errors.
/// </summary>
/// <remarks>
/// Thread-safe and without state of its own; an exception leaves nothing behind but what the message names. New
/// folders are created with mode 0750 and files with 0640, less the process' umask.
/// </remarks>
public sealed class PosixDisk : IDisk
{
    private const uint FolderMode = 0x1E8; // 0750
    private const uint FileMode = 0x1A0; // 0640

    private readonly string _dataFolder;

    private PosixDisk(string dataFolder) => _dataFolder = dataFolder;

    /// <inheritdoc/>
    public long FreeBytes
    {
        get
        {
            FileSystemSpace space = MeasureSpace();
            return checked((long)(space.AvailableFragments * space.FragmentBytes));
        }
    }

    /// <inheritdoc/>
    public long TotalBytes
    {
        get
        {
            FileSystemSpace space = MeasureSpace();
            return checked((long)(space.TotalFragments * space.FragmentBytes));
        }
    }

    /// <summary>
    /// Uses a folder, relative to the working directory or absolute; creates its last name if missing and makes that
    /// durable. Costs one sync when the folder is new.
    /// </summary>
    /// <exception cref="PlatformNotSupportedException">This is not 64-bit Linux.</exception>
    /// <exception cref="DiskException">The folder cannot be created, or is not one.</exception>
    public static PosixDisk OpenFolder(string dataFolder)
    {
        ArgumentException.ThrowIfNullOrEmpty(dataFolder);
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
        {
            throw new PlatformNotSupportedException(
                "The embedded store needs 64-bit Linux, for fdatasync and fallocate. Run the broker on Linux, "
                + $"in a container or in WSL; or without durability on {nameof(MemoryDisk)}.");
        }

        PosixDisk disk = new(Path.TrimEndingDirectorySeparator(Path.GetFullPath(dataFolder)));
        disk.CreateDataFolder();
        return disk;
    }

    /// <inheritdoc/>
    public IDiskFile Open(DiskPath path, DiskOpen mode)
    {
        (int flags, DiskOperationKind operation) = mode switch
        {
            DiskOpen.OpenExisting => (LibC.OpenReadWrite, DiskOperationKind.Open),
            DiskOpen.ReadOnly => (LibC.OpenReadOnly, DiskOperationKind.Open),
            DiskOpen.CreateNew => (LibC.OpenReadWrite | LibC.OpenCreate | LibC.OpenExclusive, DiskOperationKind.Create),
            _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "Unknown mode."),
        };
        return new PosixFile(path, OpenHandle(path, flags, operation), isWritable: mode != DiskOpen.ReadOnly);
    }

    /// <inheritdoc/>
    public bool Exists(DiskPath path)
    {
        if (LibC.Access(FullPath(path), LibC.AccessExists) == 0)
            return true;

        Errno errno = LibC.LastError;
        return errno.Kind == DiskErrorKind.NotFound
            ? false
            : throw new DiskException(DiskOperationKind.Inspect, path, errno);
    }

    /// <inheritdoc/>
    public IReadOnlyList<DiskPath> List(DiskPath folder)
    {
        List<DiskPath> files = [];
        try
        {
            foreach (string file in Directory.EnumerateFiles(FullPath(folder)))
            {
                // A name that is no DiskPath cannot be one of ours.
                string name = Path.GetFileName(file);
                if (DiskPath.IsValid(name))
                    files.Add(folder / name);
            }
        }
        catch (DirectoryNotFoundException)
        {
            throw new DiskException(DiskOperationKind.List, folder, Errno.NoEntry);
        }
        catch (UnauthorizedAccessException)
        {
            throw new DiskException(DiskOperationKind.List, folder, Errno.AccessDenied);
        }
        catch (IOException error)
        {
            throw new DiskException(DiskOperationKind.List, folder, Errno.InputOutput, error.Message);
        }

        files.Sort();
        return files;
    }

    /// <inheritdoc/>
    public void CreateFolder(DiskPath path)
    {
        if (LibC.CreateFolder(FullPath(path), FolderMode) == 0)
            return;

        Errno errno = LibC.LastError;
        if (errno != Errno.Exists || !Directory.Exists(FullPath(path)))
            throw new DiskException(DiskOperationKind.CreateFolder, path, errno);
    }

    /// <inheritdoc/>
    public void Delete(DiskPath path)
    {
        if (LibC.Unlink(FullPath(path)) != 0)
            throw new DiskException(DiskOperationKind.Delete, path, LibC.LastError);
    }

    /// <inheritdoc/>
    public void Rename(DiskPath from, DiskPath to)
    {
        if (LibC.Rename(FullPath(from), FullPath(to)) != 0)
            throw new DiskException(DiskOperationKind.Rename, from, LibC.LastError);
    }

    /// <inheritdoc/>
    public void SyncFolder(DiskPath folder)
    {
        using SafeFileHandle handle = OpenHandle(folder, LibC.OpenReadOnly, DiskOperationKind.SyncFolder);
        SyncHandle(handle, folder);
    }

    /// <inheritdoc/>
    public IDisposable LockExclusive(DiskPath path)
    {
        SafeFileHandle handle = OpenHandle(path, LibC.OpenReadWrite | LibC.OpenCreate, DiskOperationKind.Lock);
        PosixFile file = new(path, handle, isWritable: true);
        try
        {
            return PosixLock.Take(file, handle);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private void CreateDataFolder()
    {
        if (Directory.Exists(_dataFolder))
            return;

        CreateRoot();
        int descriptor = LibC.Open(Path.GetDirectoryName(_dataFolder)!, LibC.OpenReadOnly | LibC.OpenCloseOnExec, 0);
        if (descriptor < 0)
            throw new DiskException(DiskOperationKind.SyncFolder, DiskPath.Root, LibC.LastError);

        using SafeFileHandle parent = new(descriptor, ownsHandle: true);
        SyncHandle(parent, DiskPath.Root);
    }

    // Whoever starts a broker knows the folder by its path, not as the root of the disk.
    private void CreateRoot()
    {
        if (LibC.CreateFolder(_dataFolder, FolderMode) == 0)
            return;

        Errno errno = LibC.LastError;
        if (errno == Errno.Exists && Directory.Exists(_dataFolder))
            return;

        string why = errno switch
        {
            _ when errno == Errno.Exists => "is a file: give a folder, or the path of one that is to be made.",
            _ when errno == Errno.NoEntry || errno == Errno.NotFolder => "cannot be made, because the folder above it is missing or is a file: make that first.",
            _ when errno.Kind == DiskErrorKind.ReadOnly => "may not be made by this user: check owner and mode of the folder above it, and that its file system is mounted writable.",
            _ => "cannot be made.",
        };
        throw new DiskException(DiskOperationKind.CreateFolder, DiskPath.Root, errno, $"'{_dataFolder}' {why}");
    }

    private static void SyncHandle(SafeFileHandle folderHandle, DiskPath folder)
    {
        int result;
        do
        {
            result = LibC.SyncAll(folderHandle);
        }
        while (result != 0 && LibC.WasInterrupted);

        if (result != 0)
            throw new DiskException(DiskOperationKind.SyncFolder, folder, LibC.LastError);
    }

    private SafeFileHandle OpenHandle(DiskPath path, int flags, DiskOperationKind operation)
    {
        int descriptor;
        do
        {
            descriptor = LibC.Open(FullPath(path), flags | LibC.OpenCloseOnExec, FileMode);
        }
        while (descriptor < 0 && LibC.WasInterrupted);

        return descriptor >= 0
            ? new SafeFileHandle(descriptor, ownsHandle: true)
            : throw new DiskException(operation, path, LibC.LastError);
    }

    private unsafe FileSystemSpace MeasureSpace()
    {
        FileSystemSpace space;
        int result;
        do
        {
            result = LibC.StatFileSystem(_dataFolder, &space);
        }
        while (result != 0 && LibC.WasInterrupted);

        return result == 0
            ? space
            : throw new DiskException(DiskOperationKind.Inspect, DiskPath.Root, LibC.LastError);
    }

    private string FullPath(DiskPath path) => path.IsRoot ? _dataFolder : $"{_dataFolder}/{path.Value}";
}
