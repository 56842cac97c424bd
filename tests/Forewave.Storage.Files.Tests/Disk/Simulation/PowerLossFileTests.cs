using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Disk.Simulation;

namespace Forewave.Storage.Files.Tests.Disk.Simulation;

/// <summary>What a power loss leaves of the bytes and the length of a file.</summary>
public sealed class PowerLossFileTests
{
    private const int SectorBytes = 512;
    private const int Seeds = 300;

    private static readonly DiskPath Path = new("file");

    [Fact]
    public void Synced_bytes_and_length_survive_every_power_loss()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            PowerLossDisk disk = new(seed);
            byte[] expected = DiskBytes.Random(seed, 5_000 + seed);
            disk.CreateDurable(Path, expected);

            PowerLossDisk after = disk.PowerLoss();

            Assert.True(expected.AsSpan().SequenceEqual(after.ReadAll(Path)), $"seed {seed}");
        }
    }

    [Fact]
    public void Bytes_synced_before_survive_beside_unsynced_ones()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            PowerLossDisk disk = new(seed);
            disk.CreateDurable(Path, Filled(16, 1));
            using IDiskFile file = disk.Open(Path, DiskOpen.OpenExisting);
            file.Write(4 * SectorBytes, Filled(4, 2));
            file.Write(12 * SectorBytes, Filled(8, 3));

            byte[] after = disk.PowerLoss().ReadAll(Path);

            Assert.True(after.Length >= 16 * SectorBytes, $"seed {seed}");
            for (int i = 0; i < 12; i++)
            {
                if (i is < 4 or >= 8)
                    Assert.True(SectorOf(after, i) == 1, $"seed {seed}, sector {i}");
            }
        }
    }

    [Fact]
    public void Unsynced_write_is_torn_at_sectors_and_every_shape_occurs()
    {
        HashSet<string> shapes = [];
        for (int seed = 0; seed < Seeds; seed++)
        {
            PowerLossDisk disk = new(seed);
            disk.CreateDurable(Path, Filled(6, 1));
            using IDiskFile file = disk.Open(Path, DiskOpen.OpenExisting);
            file.Write(0, Filled(6, 2));

            byte[] after = disk.PowerLoss().ReadAll(Path);

            shapes.Add(string.Concat(Enumerable.Range(0, 6).Select(i => SectorOf(after, i))));
        }

        Assert.Contains("111111", shapes);
        Assert.Contains("222222", shapes);
        Assert.Contains(shapes, shape => shape.StartsWith('2') && shape.EndsWith('1'));
        Assert.Contains(shapes, shape => shape.StartsWith('1') && shape.EndsWith('2'));
        Assert.Contains(shapes, shape => shape.StartsWith('2') && shape.EndsWith('2') && shape.Contains('1'));
        Assert.All(shapes, shape => Assert.Matches("^[12]{6}$", shape));
    }

    [Fact]
    public void Later_write_may_survive_without_the_earlier()
    {
        HashSet<(int First, int Second)> outcomes = [];
        for (int seed = 0; seed < Seeds; seed++)
        {
            PowerLossDisk disk = new(seed);
            disk.CreateDurable(Path, Filled(20, 0));
            using IDiskFile file = disk.Open(Path, DiskOpen.OpenExisting);
            file.Write(3 * SectorBytes, Filled(1, 1));
            file.Write(9 * SectorBytes, Filled(1, 2));

            byte[] after = disk.PowerLoss().ReadAll(Path);

            outcomes.Add((SectorOf(after, 3), SectorOf(after, 9)));
        }

        Assert.Equal([(0, 0), (0, 2), (1, 0), (1, 2)], outcomes.Order());
    }

    [Fact]
    public void Sector_written_three_times_holds_any_one_of_its_versions()
    {
        HashSet<int> versions = [];
        for (int seed = 0; seed < Seeds; seed++)
        {
            PowerLossDisk disk = new(seed);
            disk.CreateDurable(Path, Filled(1, 9));
            using IDiskFile file = disk.Open(Path, DiskOpen.OpenExisting);
            for (byte version = 1; version <= 3; version++)
                file.Write(0, Filled(1, version));

            versions.Add(SectorOf(disk.PowerLoss().ReadAll(Path), 0));
        }

        Assert.Equal([1, 2, 3, 9], versions.Order());
    }

    [Fact]
    public void Small_writes_into_one_sector_survive_as_the_sector_had_them()
    {
        HashSet<string> outcomes = [];
        for (int seed = 0; seed < Seeds; seed++)
        {
            PowerLossDisk disk = new(seed);
            disk.CreateDurable(Path, new byte[SectorBytes]);
            using IDiskFile file = disk.Open(Path, DiskOpen.OpenExisting);
            file.Write(10, [1]);
            file.Write(20, [2]);

            byte[] after = disk.PowerLoss().ReadAll(Path);

            outcomes.Add($"{after[10]}{after[20]}");
        }

        // The second alone would need a sector that was never in the cache.
        Assert.Equal(["00", "10", "12"], outcomes.Order());
    }

    [Fact]
    public void Unsynced_length_is_any_that_the_file_had_and_never_shows_foreign_bytes()
    {
        HashSet<long> lengths = [];
        for (int seed = 0; seed < Seeds; seed++)
        {
            PowerLossDisk disk = new(seed);
            disk.CreateDurable(Path, Filled(2, 1));
            using IDiskFile file = disk.Open(Path, DiskOpen.OpenExisting);
            file.Write(2 * SectorBytes, Filled(2, 2));
            file.Preallocate(10 * SectorBytes);

            byte[] after = disk.PowerLoss().ReadAll(Path);

            lengths.Add(after.Length);
            for (int i = 2; i < after.Length / SectorBytes; i++)
                Assert.True(SectorOf(after, i) == 0 || (i < 4 && SectorOf(after, i) == 2), $"seed {seed}, sector {i}");
        }

        Assert.Equal([2 * SectorBytes, 4 * SectorBytes, 10 * SectorBytes], lengths.Order());
    }

    [Fact]
    public void Sectors_lost_behind_the_end_read_as_zeros_when_the_file_grows_again()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            PowerLossDisk disk = new(seed);
            disk.CreateDurable(Path, Filled(1, 1));
            using IDiskFile file = disk.Open(Path, DiskOpen.OpenExisting);
            file.Write(SectorBytes, Filled(8, 2));

            PowerLossDisk after = disk.PowerLoss();
            using IDiskFile again = after.Open(Path, DiskOpen.OpenExisting);
            int survived = (int)again.Length;
            again.Preallocate(9 * SectorBytes);

            Assert.True(again.ReadAll().AsSpan(survived).IndexOfAnyExcept((byte)0) < 0, $"seed {seed}");
        }
    }

    [Fact]
    public void Unsynced_truncate_happened_or_not()
    {
        HashSet<long> lengths = [];
        for (int seed = 0; seed < Seeds; seed++)
        {
            PowerLossDisk disk = new(seed);
            disk.CreateDurable(Path, Filled(4, 1));
            using IDiskFile file = disk.Open(Path, DiskOpen.OpenExisting);
            file.Truncate(100);

            byte[] after = disk.PowerLoss().ReadAll(Path);

            lengths.Add(after.Length);
            Assert.True(after.AsSpan().IndexOfAnyExcept((byte)1) < 0, $"seed {seed}");
        }

        Assert.Equal([100L, 4L * SectorBytes], lengths.Order());
    }

    [Fact]
    public void Bytes_cut_off_do_not_come_back_when_the_length_after_the_cut_survived()
    {
        HashSet<(int Length, int Kept)> outcomes = [];
        for (int seed = 0; seed < Seeds; seed++)
        {
            PowerLossDisk disk = new(seed);
            disk.CreateDurable(Path, Filled(4, 1));
            using IDiskFile file = disk.Open(Path, DiskOpen.OpenExisting);
            file.Truncate(100);
            file.Preallocate(6 * SectorBytes);

            byte[] after = disk.PowerLoss().ReadAll(Path);

            outcomes.Add((after.Length, after.AsSpan().Count((byte)1)));
        }

        Assert.Equal([(100, 100), (4 * SectorBytes, 4 * SectorBytes), (6 * SectorBytes, 100)], outcomes.Order());
    }

    [Fact]
    public void Files_are_lost_each_alone()
    {
        DiskPath other = new("other");
        HashSet<(int First, int Second)> outcomes = [];
        for (int seed = 0; seed < Seeds; seed++)
        {
            PowerLossDisk disk = new(seed);
            disk.CreateDurable(Path, Filled(1, 0));
            disk.CreateDurable(other, Filled(1, 0));
            using IDiskFile first = disk.Open(Path, DiskOpen.OpenExisting);
            using IDiskFile second = disk.Open(other, DiskOpen.OpenExisting);
            first.Write(0, Filled(1, 1));
            second.Write(0, Filled(1, 1));

            PowerLossDisk after = disk.PowerLoss();

            outcomes.Add((SectorOf(after.ReadAll(Path), 0), SectorOf(after.ReadAll(other), 0)));
        }

        Assert.Equal([(0, 0), (0, 1), (1, 0), (1, 1)], outcomes.Order());
    }

    [Fact]
    public void Synced_truncate_survives_and_its_bytes_do_not_come_back()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            PowerLossDisk disk = new(seed);
            disk.CreateDurable(Path, Filled(4, 1));
            using IDiskFile file = disk.Open(Path, DiskOpen.OpenExisting);
            file.Truncate(100);
            file.Preallocate(4 * SectorBytes);
            file.Sync();

            byte[] after = disk.PowerLoss().ReadAll(Path);

            Assert.Equal(4 * SectorBytes, after.Length);
            Assert.True(after.AsSpan(100).IndexOfAnyExcept((byte)0) < 0, $"seed {seed}");
        }
    }

    [Fact]
    public void Second_power_loss_builds_on_what_survived_the_first()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            PowerLossDisk disk = new(seed);
            disk.CreateDurable(Path, Filled(4, 1));
            using (IDiskFile file = disk.Open(Path, DiskOpen.OpenExisting))
                file.Write(0, Filled(4, 2));

            PowerLossDisk first = disk.PowerLoss();
            byte[] survived = first.ReadAll(Path);
            PowerLossDisk second = first.PowerLoss();

            Assert.Equal(survived, second.ReadAll(Path));
        }
    }

    private static byte[] Filled(int sectors, byte value)
    {
        byte[] bytes = new byte[sectors * SectorBytes];
        bytes.AsSpan().Fill(value);
        return bytes;
    }

    /// <summary>The value that fills a sector; fails when it holds two.</summary>
    private static int SectorOf(byte[] bytes, int sector)
    {
        ReadOnlySpan<byte> content = bytes.AsSpan(sector * SectorBytes, SectorBytes);
        Assert.True(content.IndexOfAnyExcept(content[0]) < 0, $"Sector {sector} is torn.");
        return content[0];
    }
}
