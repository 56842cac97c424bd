namespace Forewave.Storage.Files.Disk;

/// <summary>
/// An operation on the disk failed. The message names the operation, the path, the error number and what to do.
/// </summary>
public sealed class DiskException : Exception
{
    internal DiskException(DiskOperationKind operation, DiskPath path, Errno errno)
        : this(operation, path, errno, AdviceFor(operation, errno))
    {
    }

    internal DiskException(DiskOperationKind operation, DiskPath path, Errno errno, string advice)
        : base($"Disk: {operation} of '{path}' failed with {errno}. {advice}")
    {
        Operation = operation;
        Path = path;
        Errno = errno;
    }

    /// <summary>What to decide by.</summary>
    public DiskErrorKind Kind => Errno.Kind;

    /// <summary>The operation that failed.</summary>
    public DiskOperationKind Operation { get; }

    /// <summary>The file or folder, relative to the data folder.</summary>
    public DiskPath Path { get; }

    /// <summary>The error number of the operating system; a simulated disk gives the one Linux would.</summary>
    public Errno Errno { get; }

    /// <summary>
    /// With <see cref="DiskErrorKind.Locked"/>: the id of the process that holds the lock; null when it has not
    /// written it yet. In a container it counts inside that container.
    /// </summary>
    public int? HolderProcessId { get; private init; }

    internal static DiskException LockedBy(DiskPath path, int? holderProcessId)
    {
        string holder = holderProcessId is { } id ? $"process {id}" : "a process that has not yet written its id";
        return new DiskException(
            DiskOperationKind.Lock,
            path,
            Errno.WouldBlock,
            $"The data folder is in use by {holder}. Stop that process, or give this one a data folder of its own.")
        {
            HolderProcessId = holderProcessId,
        };
    }

    private static string AdviceFor(DiskOperationKind operation, Errno errno) => errno.Kind switch
    {
        DiskErrorKind.DiskFull =>
            "The disk or the quota is full: free space on the file system of the data folder, or shorten retention.",
        DiskErrorKind.ReadOnly =>
            "The process may not do this: check owner and mode of the data folder, and that its file system is "
            + "mounted writable (a file system turns read-only after errors: see the kernel log).",
        DiskErrorKind.NotFound =>
            "A file or folder of the data folder is missing: check that the right data folder was given and that "
            + "nothing else deletes files in it.",
        DiskErrorKind.AlreadyExists =>
            "The name is taken: check that nothing else writes into the data folder.",
        _ when errno == Errno.TooManyOpenFiles =>
            "The process has too many open files: raise its limit (ulimit -n, LimitNOFILE).",
        _ when operation is DiskOperationKind.Sync or DiskOperationKind.SyncFolder =>
            "What was written since the last sync may be lost, and a second sync would prove nothing: check the "
            + "disk (kernel log, SMART), then start again so that recovery rewrites the tail.",
        _ => "Check the disk and its file system (kernel log, SMART) before starting again.",
    };
}
