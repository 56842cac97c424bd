using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Disk.Simulation;

namespace Forewave.Storage.Files.Tests.Disk.Simulation;

/// <summary>How a test drives a power-loss disk: seeds, outcomes, hooks, counts.</summary>
public sealed class PowerLossDiskTests
{
    private static readonly DiskPath Path = new("file");
    private static readonly DiskPath Other = new("other");

    [Fact]
    public void Outcome_is_the_same_when_seed_and_calls_are()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            byte[] first = AfterRandomWork(seed, outcome: 0);
            byte[] second = AfterRandomWork(seed, outcome: 0);

            Assert.Equal(first, second);
        }
    }

    [Fact]
    public void Outcome_differs_between_seeds_and_between_outcome_numbers()
    {
        HashSet<string> ofSeeds = [];
        HashSet<string> ofOutcomes = [];
        for (int i = 0; i < 100; i++)
        {
            ofSeeds.Add(Convert.ToHexString(AfterRandomWork(seed: i, outcome: 0, work: 7)));
            ofOutcomes.Add(Convert.ToHexString(AfterRandomWork(seed: 1, outcome: i, work: 7)));
        }

        Assert.True(ofSeeds.Count > 40, $"{ofSeeds.Count} of 100 seeds differ.");
        Assert.True(ofOutcomes.Count > 40, $"{ofOutcomes.Count} of 100 outcomes differ.");
    }

    [Fact]
    public void Outcome_of_a_file_does_not_depend_on_other_files()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            byte[] alone = AfterRandomWork(seed, outcome: 0);
            byte[] beside = AfterRandomWork(seed, outcome: 0, work: seed, before: disk => disk.CreateDurable(Other, [1, 2, 3]));

            Assert.Equal(alone, beside);
        }
    }

    [Fact]
    public void Power_loss_leaves_the_old_disk_dead_and_the_new_one_unlocked()
    {
        PowerLossDisk disk = new(seed: 1);
        IDisposable held = disk.LockExclusive(new DiskPath("lock"));
        IDiskFile file = disk.Open(Path, DiskOpen.CreateNew);

        PowerLossDisk after = disk.PowerLoss();

        Assert.True(disk.IsPowerLost);
        Action[] calls =
        [
            () => file.Write(0, [1]),
            () => file.Read(0, new byte[1]),
            file.Sync,
            () => disk.Exists(Path),
            () => disk.List(DiskPath.Root),
            () => disk.Open(Path, DiskOpen.ReadOnly),
            () => disk.SyncFolder(DiskPath.Root),
            () => disk.Delete(Path),
            () => disk.LockExclusive(new DiskPath("second")),
        ];
        Assert.All(calls, call => Assert.Throws<PowerLostException>(call));
        file.Dispose();
        held.Dispose();
        after.LockExclusive(new DiskPath("lock")).Dispose();
    }

    [Fact]
    public void Operation_is_not_done_when_the_power_is_cut_before_it()
    {
        PowerLossDisk disk = new(seed: 1);
        disk.CreateDurable(Path, [1]);
        using IDiskFile file = disk.Open(Path, DiskOpen.OpenExisting);
        disk.BeforeOperation = operation =>
        {
            if (operation.Kind == DiskOperationKind.Delete)
                disk.CutPower();
        };
        file.Write(0, [2]);
        file.Sync();

        Assert.Throws<PowerLostException>(() => disk.Delete(Path));

        Assert.Equal([2], disk.PowerLoss().ReadAll(Path));
    }

    [Fact]
    public void Operation_is_done_when_the_power_is_cut_after_it()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            PowerLossDisk disk = new(seed);
            disk.CreateDurable(Path, [1]);
            using IDiskFile file = disk.Open(Path, DiskOpen.OpenExisting);
            file.Write(0, [2]);
            disk.AfterOperation = operation =>
            {
                if (operation.Kind == DiskOperationKind.Sync)
                    disk.CutPower();
            };

            Assert.Throws<PowerLostException>(file.Sync);

            Assert.Equal([2], disk.PowerLoss().ReadAll(Path));
        }
    }

    [Fact]
    public void Hooks_see_every_change_in_order()
    {
        PowerLossDisk disk = new(seed: 1);
        List<string> before = [];
        List<string> after = [];
        disk.BeforeOperation = operation => before.Add(Describe(operation));
        disk.AfterOperation = operation => after.Add(Describe(operation));

        using (IDiskFile file = disk.Open(Path, DiskOpen.CreateNew))
        {
            file.Preallocate(100);
            file.Write(3, [1, 2]);
            file.WriteGather(5, [new byte[] { 3 }, new byte[] { 4 }]);
            file.Truncate(10);
            file.Sync();
            _ = file.ReadAll();
        }

        disk.Rename(Path, Other);
        disk.SyncFolder(DiskPath.Root);
        disk.Delete(Other);

        Assert.Equal(
            [
                "1 Create file 0+0", "2 Preallocate file 0+100", "3 Write file 3+2", "4 Write file 5+2", "5 Truncate file 0+10",
                "6 Sync file 0+0", "7 Rename file 0+0", "8 SyncFolder . 0+0", "9 Delete other 0+0",
            ],
            before);
        Assert.Equal(before, after);
        Assert.Equal(new DiskCounts { Operations = 9, Writes = 2, WrittenBytes = 4, Syncs = 1, FolderSyncs = 1 }, disk.Counts);
    }

    private static string Describe(DiskOperation operation) =>
        $"{operation.Number} {operation.Kind} {operation.Path} {operation.Range.Offset}+{operation.Range.LengthBytes}";

    private static byte[] AfterRandomWork(int seed, int outcome, int? work = null, Action<PowerLossDisk>? before = null)
    {
        PowerLossDisk disk = new(seed);
        before?.Invoke(disk);
        disk.CreateDurable(Path, DiskBytes.Random(work ?? seed, 20_000));
        Random random = new(work ?? seed);
        using IDiskFile file = disk.Open(Path, DiskOpen.OpenExisting);
        for (int i = 0; i < 20; i++)
            file.Write(random.Next(20_000), DiskBytes.Random(i, random.Next(3_000)));
        return disk.PowerLoss(outcome).ReadAll(Path);
    }
}
