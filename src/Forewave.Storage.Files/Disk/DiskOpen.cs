namespace Forewave.Storage.Files.Disk;

/// <summary>How a file is opened.</summary>
public enum DiskOpen
{
    /// <summary>The file must exist; it is read and written.</summary>
    OpenExisting = 0,

    /// <summary>The file must not exist; it is created empty, read and written.</summary>
    CreateNew = 1,

    /// <summary>The file must exist; writing is refused.</summary>
    ReadOnly = 2,
}
