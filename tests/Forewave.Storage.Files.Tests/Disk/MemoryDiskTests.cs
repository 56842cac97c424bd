using Forewave.Storage.Files.Disk;

namespace Forewave.Storage.Files.Tests.Disk;

public sealed class MemoryDiskTests
{
    private static readonly DiskPath A = new("a");
    private static readonly DiskPath B = new("b");

    [Fact]
    public void Preallocated_zeros_take_no_memory()
    {
        MemoryDisk disk = new();
        using IDiskFile file = disk.Open(A, DiskOpen.CreateNew);

        file.Preallocate(64L * 1024 * 1024);
        file.Write(10_000_000, [1]);

        Assert.Equal(64 * 1024, ((MemoryFileHandle)file).MaterialisedBytes);
    }

    [Fact]
    public void Truncate_gives_memory_back()
    {
        MemoryDisk disk = new();
        using IDiskFile file = disk.Open(A, DiskOpen.CreateNew);
        file.Write(0, new byte[1_000_000]);

        file.Truncate(1);

        Assert.Equal(64 * 1024, ((MemoryFileHandle)file).MaterialisedBytes);
    }

    [Fact]
    public void Write_fails_and_writes_nothing_when_the_disk_is_full()
    {
        MemoryDisk disk = new(capacityBytes: 1000);
        using IDiskFile file = disk.Open(A, DiskOpen.CreateNew);
        file.Preallocate(900);

        DiskException error = Assert.Throws<DiskException>(() => file.Write(850, new byte[151]));

        Assert.Equal(DiskErrorKind.DiskFull, error.Kind);
        Assert.Equal("ENOSPC (28)", error.Errno.ToString());
        Assert.Equal(900, file.Length);
        Assert.Equal(100, disk.FreeBytes);
        Assert.Equal(1000, disk.TotalBytes);
        file.Write(0, new byte[900]);
        file.Write(900, new byte[100]);
        Assert.Throws<DiskException>(() => file.Preallocate(1001));
    }

    [Fact]
    public void Space_is_free_again_when_the_last_handle_of_a_deleted_file_is_disposed()
    {
        MemoryDisk disk = new(capacityBytes: 1000);
        IDiskFile first = disk.Open(A, DiskOpen.CreateNew);
        first.Write(0, new byte[600]);
        IDiskFile second = disk.Open(A, DiskOpen.ReadOnly);

        disk.Delete(A);
        first.Dispose();
        Assert.Equal(400, disk.FreeBytes);

        second.Dispose();
        Assert.Equal(1000, disk.FreeBytes);
    }

    [Fact]
    public void Space_is_free_again_when_a_file_is_truncated_or_replaced()
    {
        MemoryDisk disk = new(capacityBytes: 1000);
        disk.Create(A, new byte[300]);
        disk.Create(B, new byte[600]);

        using (IDiskFile file = disk.Open(A, DiskOpen.OpenExisting))
            file.Truncate(100);
        Assert.Equal(300, disk.FreeBytes);

        disk.Rename(A, B);
        Assert.Equal(900, disk.FreeBytes);
    }

    [Fact]
    public void Delayed_disk_waits_before_each_sync()
    {
        TimeSpan delay = TimeSpan.FromMilliseconds(2.5);
        DelayedSyncDisk disk = new(new MemoryDisk(), delay);
        using IDiskFile file = disk.Open(A, DiskOpen.CreateNew);

        long start = TimeProvider.System.GetTimestamp();
        file.Sync();
        disk.SyncFolder(DiskPath.Root);

        // A lower bound holds on the busiest machine.
        Assert.True(TimeProvider.System.GetElapsedTime(start) >= delay * 2);
    }
}
