namespace Forewave.Storage.Files.Disk;

/// <summary>
/// An error number of Linux. The numbers are those that x64 and arm64 share
/// (include/uapi/asm-generic/errno-base.h and errno.h).
/// </summary>
public readonly record struct Errno(int Number)
{
    internal static readonly Errno NotPermitted = new(1);
    internal static readonly Errno NoEntry = new(2);
    internal static readonly Errno Interrupted = new(4);
    internal static readonly Errno InputOutput = new(5);
    internal static readonly Errno BadDescriptor = new(9);
    internal static readonly Errno WouldBlock = new(11);
    internal static readonly Errno AccessDenied = new(13);
    internal static readonly Errno Exists = new(17);
    internal static readonly Errno NotFolder = new(20);
    internal static readonly Errno IsFolder = new(21);
    internal static readonly Errno Invalid = new(22);
    internal static readonly Errno TooManyOpenFiles = new(24);
    internal static readonly Errno NoSpace = new(28);
    internal static readonly Errno ReadOnlyFileSystem = new(30);
    internal static readonly Errno NotSupported = new(95);
    internal static readonly Errno QuotaExceeded = new(122);

    /// <summary>The symbol of the C header, for example <c>ENOSPC</c>; <c>errno</c> for one that is not listed here.</summary>
    public string Name => Number switch
    {
        1 => "EPERM",
        2 => "ENOENT",
        4 => "EINTR",
        5 => "EIO",
        9 => "EBADF",
        11 => "EWOULDBLOCK",
        12 => "ENOMEM",
        13 => "EACCES",
        16 => "EBUSY",
        17 => "EEXIST",
        20 => "ENOTDIR",
        21 => "EISDIR",
        22 => "EINVAL",
        23 => "ENFILE",
        24 => "EMFILE",
        27 => "EFBIG",
        28 => "ENOSPC",
        30 => "EROFS",
        36 => "ENAMETOOLONG",
        37 => "ENOLCK",
        39 => "ENOTEMPTY",
        95 => "EOPNOTSUPP",
        116 => "ESTALE",
        122 => "EDQUOT",
        _ => "errno",
    };

    /// <summary>For example <c>ENOSPC (28)</c>.</summary>
    public override string ToString() => $"{Name} ({Number})";

    internal DiskErrorKind Kind => Number switch
    {
        28 or 122 => DiskErrorKind.DiskFull,
        1 or 13 or 30 => DiskErrorKind.ReadOnly,
        2 or 20 => DiskErrorKind.NotFound,
        17 => DiskErrorKind.AlreadyExists,
        11 => DiskErrorKind.Locked,
        _ => DiskErrorKind.Failed,
    };
}
