using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Disk.Simulation;

namespace Forewave.Storage.Files.Tests.Disk.Simulation;

/// <summary>What a power loss leaves of the names of files.</summary>
public sealed class PowerLossNameTests
{
    private const int Seeds = 300;

    private static readonly DiskPath Folder = new("folder");
    private static readonly DiskPath A = new("a");
    private static readonly DiskPath B = new("b");
    private static readonly DiskPath C = new("c");

    [Fact]
    public void Created_file_may_be_missing_when_its_folder_was_not_synced()
    {
        HashSet<string> outcomes = Outcomes(disk =>
        {
            using IDiskFile file = disk.Open(A, DiskOpen.CreateNew);
            file.Write(0, [1]);
            file.Sync();
        });

        Assert.Equal(["", "a=1"], outcomes.Order());
    }

    [Fact]
    public void Created_file_is_there_when_its_folder_was_synced_even_without_its_bytes()
    {
        HashSet<string> outcomes = Outcomes(disk =>
        {
            using IDiskFile file = disk.Open(A, DiskOpen.CreateNew);
            file.Write(0, [1]);
            disk.SyncFolder(DiskPath.Root);
        });

        Assert.Equal(["a=", "a=0", "a=1"], outcomes.Order());
    }

    [Fact]
    public void Created_files_are_lost_each_alone()
    {
        HashSet<string> outcomes = Outcomes(disk =>
        {
            Synced(disk, A, 1);
            Synced(disk, B, 2);
        });

        Assert.Equal(["", "a=1", "a=1 b=2", "b=2"], outcomes.Order());
    }

    [Fact]
    public void Rename_over_an_existing_file_happened_or_not()
    {
        HashSet<string> outcomes = Outcomes(disk =>
        {
            disk.CreateDurable(A, [1]);
            disk.CreateDurable(B, [2]);
            disk.Rename(A, B);
        });

        Assert.Equal(["a=1 b=2", "b=1"], outcomes.Order());
    }

    [Fact]
    public void Rename_happened_when_the_folder_was_synced()
    {
        HashSet<string> outcomes = Outcomes(disk =>
        {
            disk.CreateDurable(A, [1]);
            disk.CreateDurable(B, [2]);
            disk.Rename(A, B);
            disk.SyncFolder(DiskPath.Root);
        });

        Assert.Equal(["b=1"], outcomes);
    }

    [Fact]
    public void Rename_never_survives_without_the_creation_before_it_nor_leaves_both_names()
    {
        HashSet<string> outcomes = Outcomes(disk =>
        {
            disk.CreateDurable(B, [2]);
            Synced(disk, A, 1);
            disk.Rename(A, B);
        });

        Assert.Equal(["a=1 b=2", "b=1", "b=2"], outcomes.Order());
    }

    [Fact]
    public void File_renamed_twice_has_one_of_its_three_names()
    {
        HashSet<string> outcomes = Outcomes(disk =>
        {
            disk.CreateDurable(A, [1]);
            disk.Rename(A, B);
            disk.Rename(B, C);
        });

        Assert.Equal(["a=1", "b=1", "c=1"], outcomes.Order());
    }

    [Fact]
    public void Name_taken_again_after_a_rename_does_not_cost_the_renamed_file()
    {
        HashSet<string> outcomes = Outcomes(disk =>
        {
            disk.CreateDurable(A, [1]);
            disk.Rename(A, B);
            Synced(disk, A, 3);
        });

        Assert.Equal(["a=1", "a=3 b=1", "b=1"], outcomes.Order());
    }

    [Fact]
    public void Deleted_file_may_come_back_until_its_folder_is_synced()
    {
        HashSet<string> unsynced = Outcomes(disk =>
        {
            disk.CreateDurable(A, [1]);
            disk.Delete(A);
        });
        HashSet<string> synced = Outcomes(disk =>
        {
            disk.CreateDurable(A, [1]);
            disk.Delete(A);
            disk.SyncFolder(DiskPath.Root);
        });

        Assert.Equal(["", "a=1"], unsynced.Order());
        Assert.Equal([""], synced);
    }

    [Fact]
    public void Sync_of_one_folder_leaves_the_names_of_another_unsynced()
    {
        HashSet<string> outcomes = Outcomes(disk =>
        {
            disk.CreateFolder(Folder);
            disk.SyncFolder(DiskPath.Root);
            Synced(disk, Folder / "x", 1);
            Synced(disk, A, 2);
            disk.SyncFolder(Folder);
        });

        Assert.Equal(["a=2 folder/x=1", "folder/x=1"], outcomes.Order());
    }

    [Fact]
    public void Folder_whose_parent_was_not_synced_may_be_missing_with_all_that_is_in_it()
    {
        HashSet<string> outcomes = Outcomes(disk =>
        {
            disk.CreateFolder(Folder);
            Synced(disk, Folder / "x", 1);
            disk.SyncFolder(Folder);
        });

        Assert.Equal(["", "folder/x=1"], outcomes.Order());
    }

    [Fact]
    public void Rename_between_folders_is_durable_with_the_new_folder()
    {
        HashSet<string> outcomes = Outcomes(disk =>
        {
            disk.CreateFolder(Folder);
            disk.SyncFolder(DiskPath.Root);
            Synced(disk, Folder / "x", 1);
            disk.Rename(Folder / "x", C);
            disk.SyncFolder(DiskPath.Root);
        });

        Assert.Equal(["c=1"], outcomes);
    }

    [Fact]
    public void Sync_of_the_old_folder_brings_the_rename_along_when_the_old_name_is_taken_again()
    {
        HashSet<string> outcomes = Outcomes(disk =>
        {
            disk.CreateFolder(Folder);
            disk.SyncFolder(DiskPath.Root);
            disk.CreateDurable(Folder / "x", [1]);
            disk.Rename(Folder / "x", C);
            Synced(disk, Folder / "y", 3);
            disk.Rename(Folder / "y", Folder / "x");
            disk.SyncFolder(Folder);
        });

        Assert.Equal(["c=1 folder/x=3"], outcomes);
    }

    [Fact]
    public void Folder_in_a_lost_folder_is_lost_with_its_files()
    {
        DiskPath inner = Folder / "inner";
        HashSet<(bool Folder, bool Inner, bool File)> outcomes = [];
        for (int seed = 0; seed < Seeds; seed++)
        {
            PowerLossDisk disk = new(seed);
            disk.CreateFolder(Folder);
            disk.CreateFolder(inner);
            Synced(disk, inner / "x", 1);
            disk.SyncFolder(inner);
            disk.SyncFolder(Folder);

            PowerLossDisk after = disk.PowerLoss();
            outcomes.Add((after.Exists(Folder), after.Exists(inner), after.Exists(inner / "x")));
        }

        Assert.Equal([(false, false, false), (true, true, true)], outcomes.Order());
    }

    /// <summary>Every state that a power loss after these calls leaves, over all seeds.</summary>
    private static HashSet<string> Outcomes(Action<PowerLossDisk> act)
    {
        HashSet<string> outcomes = [];
        for (int seed = 0; seed < Seeds; seed++)
        {
            PowerLossDisk disk = new(seed);
            act(disk);
            outcomes.Add(Describe(disk.PowerLoss()));
        }

        return outcomes;
    }

    private static string Describe(PowerLossDisk disk)
    {
        IEnumerable<DiskPath> paths = disk.List(DiskPath.Root);
        if (disk.Exists(Folder))
            paths = paths.Concat(disk.List(Folder));
        return string.Join(' ', paths.Select(path => $"{path}={string.Concat(disk.ReadAll(path))}"));
    }

    private static void Synced(PowerLossDisk disk, DiskPath path, byte content)
    {
        using IDiskFile file = disk.Open(path, DiskOpen.CreateNew);
        file.Write(0, [content]);
        file.Sync();
    }
}
