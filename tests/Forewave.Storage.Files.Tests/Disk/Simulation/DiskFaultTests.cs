using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Disk.Simulation;

namespace Forewave.Storage.Files.Tests.Disk.Simulation;

/// <summary>What a power-loss disk does wrong when it is told to.</summary>
public sealed class DiskFaultTests
{
    private const int SectorBytes = 512;
    private const int Seeds = 200;

    private static readonly DiskPath Path = new("file");

    [Fact]
    public void Failed_sync_loses_bytes_that_later_syncs_pretend_to_have_written()
    {
        HashSet<int> survived = [];
        for (int seed = 0; seed < Seeds; seed++)
        {
            PowerLossDisk disk = new(seed);
            disk.CreateDurable(Path, new byte[2 * SectorBytes]);
            using IDiskFile file = disk.Open(Path, DiskOpen.OpenExisting);
            file.Write(0, [1]);
            disk.Faults.FailSync(1);

            DiskException failed = Assert.Throws<DiskException>(file.Sync);
            Assert.Equal("EIO (5)", failed.Errno.ToString());
            file.Sync();
            Assert.Equal(1, disk.ReadAll(Path)[0]);

            survived.Add(disk.PowerLoss().ReadAll(Path)[0]);
        }

        Assert.Equal([0, 1], survived.Order());
    }

    [Fact]
    public void Bytes_written_again_after_a_failed_sync_are_durable_by_the_next()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            PowerLossDisk disk = new(seed);
            disk.CreateDurable(Path, new byte[2 * SectorBytes]);
            using IDiskFile file = disk.Open(Path, DiskOpen.OpenExisting);
            file.Write(0, [1]);
            disk.Faults.FailSync(1);
            Assert.Throws<DiskException>(file.Sync);

            file.Write(0, [1]);
            file.Sync();

            Assert.True(disk.PowerLoss().ReadAll(Path)[0] == 1, $"seed {seed}");
        }
    }

    [Fact]
    public void Sync_fails_at_the_number_asked_for_only()
    {
        PowerLossDisk disk = new(seed: 1);
        using IDiskFile file = disk.Open(Path, DiskOpen.CreateNew);
        disk.Faults.FailSync(2);

        file.Sync();
        Assert.Throws<DiskException>(file.Sync);
        file.Sync();

        Assert.Throws<ArgumentOutOfRangeException>(() => disk.Faults.FailSync(0));
    }

    [Fact]
    public void Failed_sync_of_a_folder_leaves_its_names_unsynced()
    {
        HashSet<bool> survived = [];
        for (int seed = 0; seed < Seeds; seed++)
        {
            PowerLossDisk disk = new(seed);
            disk.Create(Path, []);
            disk.Faults.FailFolderSync(1);
            Assert.Throws<DiskException>(() => disk.SyncFolder(DiskPath.Root));

            survived.Add(disk.PowerLoss().Exists(Path));
        }

        Assert.Equal([false, true], survived.Order());
    }

    [Theory]
    [InlineData(DiskErrorKind.DiskFull, 28)]
    [InlineData(DiskErrorKind.Failed, 5)]
    public void Failed_write_leaves_a_front_of_its_bytes(DiskErrorKind kind, int errno)
    {
        HashSet<long> lengths = [];
        for (int seed = 0; seed < Seeds; seed++)
        {
            PowerLossDisk disk = new(seed);
            using IDiskFile file = disk.Open(Path, DiskOpen.CreateNew);
            disk.Faults.FailWrite(2, kind);
            file.Write(0, [1]);

            DiskException failed = Assert.Throws<DiskException>(() => file.Write(1, [2, 3]));

            Assert.Equal(kind, failed.Kind);
            Assert.Equal(errno, failed.Errno.Number);
            Assert.True(file.ReadAll().AsSpan().SequenceEqual(((ReadOnlySpan<byte>)[1, 2, 3])[..(int)file.Length]));
            lengths.Add(file.Length);
        }

        Assert.Equal([1L, 2L, 3L], lengths.Order());
    }

    [Fact]
    public void Full_disk_refuses_what_grows_and_takes_what_overwrites()
    {
        PowerLossDisk disk = new(seed: 1);
        disk.Faults.CapacityBytes = 1000;
        using IDiskFile file = disk.Open(Path, DiskOpen.CreateNew);
        file.Preallocate(1000);

        Assert.Equal(DiskErrorKind.DiskFull, Assert.Throws<DiskException>(() => file.Preallocate(1001)).Kind);
        Assert.Equal(DiskErrorKind.DiskFull, Assert.Throws<DiskException>(() => file.Write(999, [1, 2])).Kind);
        file.Write(0, new byte[1000]);
        Assert.Equal(0, disk.FreeBytes);

        disk.Faults.CapacityBytes = 2000;
        file.Write(999, [1, 2]);
        Assert.Equal(999, disk.FreeBytes);
    }

    [Fact]
    public void Capacity_and_what_is_used_outlive_a_power_loss()
    {
        PowerLossDisk disk = new(seed: 1);
        disk.Faults.CapacityBytes = 1000;
        disk.CreateDurable(Path, new byte[600]);

        PowerLossDisk after = disk.PowerLoss();
        Assert.Equal(400, after.FreeBytes);

        after.Delete(Path);
        Assert.Equal(1000, after.FreeBytes);
    }

    [Fact]
    public void Read_only_disk_refuses_every_change_and_reads_on()
    {
        PowerLossDisk disk = new(seed: 1);
        disk.CreateDurable(Path, [1]);
        using IDiskFile file = disk.Open(Path, DiskOpen.OpenExisting);
        disk.Faults.IsReadOnly = true;

        Action[] changes =
        [
            () => file.Write(0, [2]),
            () => file.Preallocate(100),
            () => file.Truncate(0),
            () => disk.Delete(Path),
            () => disk.Rename(Path, new DiskPath("other")),
            () => disk.CreateFolder(new DiskPath("folder")),
            () => disk.Open(new DiskPath("new"), DiskOpen.CreateNew),
            () => disk.Open(Path, DiskOpen.OpenExisting),
            () => disk.LockExclusive(new DiskPath("lock")),
        ];

        Assert.All(changes, change => Assert.Equal(DiskErrorKind.ReadOnly, Assert.Throws<DiskException>(change).Kind));
        Assert.Equal([1], disk.ReadAll(Path));
        Assert.Equal([Path], disk.List(DiskPath.Root));
    }

    [Fact]
    public void Flipped_bit_is_read_and_survives()
    {
        PowerLossDisk disk = new(seed: 1);
        disk.CreateDurable(Path, [0, 0xFF]);

        disk.FlipBit(Path, 0, 3);
        disk.FlipBit(Path, 1, 7);

        Assert.Equal([8, 0x7F], disk.ReadAll(Path));
        Assert.Equal([8, 0x7F], disk.PowerLoss().ReadAll(Path));
        Assert.Throws<ArgumentOutOfRangeException>(() => disk.FlipBit(Path, 2, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => disk.FlipBit(Path, 0, 8));
    }

    [Fact]
    public void Delayed_sync_calls_back_before_anything_is_durable_while_others_go_on()
    {
        PowerLossDisk disk = new(seed: 1);
        using IDiskFile file = disk.Open(Path, DiskOpen.CreateNew);
        List<(TimeSpan Delay, long SyncsBefore)> waits = [];
        disk.Faults.DelaySyncs(TimeSpan.FromMilliseconds(2), delay =>
        {
            // From another thread, as it would be: the disk must not be locked meanwhile.
            Thread other = new(() => file.Write(0, [1]));
            other.Start();
            other.Join();
            waits.Add((delay, disk.Counts.Syncs + disk.Counts.FolderSyncs));
        });

        file.Sync();
        disk.SyncFolder(DiskPath.Root);

        Assert.Equal([(TimeSpan.FromMilliseconds(2), 0L), (TimeSpan.FromMilliseconds(2), 1L)], waits);
    }
}
