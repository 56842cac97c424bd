namespace Forewave.Storage.Files.Disk;

/// <summary>What kind of trouble a <see cref="DiskException"/> reports; what a caller decides by.</summary>
public enum DiskErrorKind
{
    /// <summary>Anything else, first of all EIO: the disk is not to be trusted, stop.</summary>
    Failed = 0,

    /// <summary>No space or quota left (ENOSPC, EDQUOT). Nothing is damaged; deleting files helps.</summary>
    DiskFull = 1,

    /// <summary>Not writable or not permitted (EROFS, EACCES, EPERM).</summary>
    ReadOnly = 2,

    /// <summary>There is no such file or folder (ENOENT).</summary>
    NotFound = 3,

    /// <summary>The name is taken (EEXIST).</summary>
    AlreadyExists = 4,

    /// <summary>Another process holds the data folder.</summary>
    Locked = 5,
}
