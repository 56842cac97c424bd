using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Tests.Fuzz;

/// <summary>All files of a folder as bytes: can be bent, and put onto a fresh disk again.</summary>
internal sealed class DiskImage
{
    private static readonly DiskPath[] Folders = [DiskPath.Root, new("segments"), new("checkpoints"), new("index"), new("summaries")];

    /// <summary>Every file but the lock, in the order of their names.</summary>
    public SortedDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    public static DiskImage Of(IDisk disk)
    {
        DiskImage image = new();
        foreach (DiskPath path in Folders.Where(folder => folder == DiskPath.Root || disk.Exists(folder)).SelectMany(disk.List))
        {
            using IDiskFile file = disk.Open(path, DiskOpen.ReadOnly);
            byte[] bytes = new byte[file.Length];
            file.Read(0, bytes);
            image.Files[path.Value] = bytes;
        }

        image.Files.Remove("LOCK");
        return image;
    }

    public DiskImage Copy()
    {
        DiskImage copy = new();
        foreach ((string path, byte[] bytes) in Files)
        {
            copy.Files[path] = [.. bytes];
        }

        return copy;
    }

    public MemoryDisk ToDisk()
    {
        MemoryDisk disk = new();
        foreach (DiskPath folder in Folders.Where(folder => folder != DiskPath.Root))
        {
            disk.CreateFolder(folder);
        }

        foreach ((string path, byte[] bytes) in Files)
        {
            using IDiskFile file = disk.Open(new DiskPath(path), DiskOpen.CreateNew);
            file.Write(0, bytes);
        }

        return disk;
    }
}
