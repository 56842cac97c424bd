using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Tests.Disk;

/// <summary>Short ways to put bytes on a disk and to see what is there.</summary>
internal static class DiskBytes
{
    internal static byte[] Random(int seed, int count)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    internal static byte[] ReadAll(this IDiskFile file)
    {
        byte[] bytes = new byte[file.Length];
        Assert.Equal(bytes.Length, file.Read(0, bytes));
        return bytes;
    }

    internal static byte[] ReadAll(this IDisk disk, DiskPath path)
    {
        using IDiskFile file = disk.Open(path, DiskOpen.ReadOnly);
        return file.ReadAll();
    }

    internal static void Create(this IDisk disk, DiskPath path, ReadOnlySpan<byte> bytes)
    {
        using IDiskFile file = disk.Open(path, DiskOpen.CreateNew);
        file.Write(0, bytes);
    }

    /// <summary>Creates a file whose bytes and name survive any power loss.</summary>
    internal static void CreateDurable(this IDisk disk, DiskPath path, ReadOnlySpan<byte> bytes)
    {
        using IDiskFile file = disk.Open(path, DiskOpen.CreateNew);
        file.Write(0, bytes);
        file.Sync();
        disk.SyncFolder(path.Folder);
    }
}
