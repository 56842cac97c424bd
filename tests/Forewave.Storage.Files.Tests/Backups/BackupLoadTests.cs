using Forewave.Protocol;
using Forewave.Storage.Backups;
using Forewave.Storage.Files.Backups;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.Backups;

/// <summary>Backups of a store to which more is published than the backup reads, and folders that are none of backups.</summary>
public sealed class BackupLoadTests
{
    private const int Before = 20;

    [Theory]
    [InlineData(64 * 1024, 40)]
    [InlineData(64 * 1024, 200)]
    [InlineData(4 * 1024 * 1024, 40)]
    [InlineData(4 * 1024 * 1024, 200)]
    public void Backup_that_publishing_overtakes_has_no_hole_and_tells_of_no_damage(int segmentBytes, int eachTime)
    {
        BackupPlace place = new();
        FilesStoreOptions options = OpenStore.Small(place.Data) with { SegmentBytes = segmentBytes, BackupFolder = () => place.Folder };
        using OpenStore open = OpenStore.Open(options, place.Time);
        place.Publish(open, 1, 1, Before);
        open.Store.Backups!.Begin(64 * 1024);
        int published = Before;
        for (int i = 0; i < 10_000 && open.Store.Backups.Current.State == BackupState.Running; i++)
        {
            open.Pumps.RunUntilIdle();
            if (published < 3_000)
            {
                place.Publish(open, 1, published + 1, eachTime);
                published += eachTime;
            }

            place.Time.Move(TimeSpan.FromSeconds(1));
        }

        BackupProgress taken = open.Store.Backups.Current;
        Assert.Equal((BackupState.Done, 0UL), (taken.State, taken.DamagedPositions));
        Assert.Empty(place.Backups.Verify(null, CancellationToken.None));
        using OpenStore restored = OpenStore.Open(options with { Disk = place.Restore() }, place.Time);
        int there = (int)restored.Store.Extent(1).End.Value - 1;
        Assert.InRange(there, Before, published);
        BackupPlace.Check(restored, 1, 1, there);
        BackupPlace.Check(restored, 1, 1, (int)taken.End.Number - (int)FirstPosition(open).Number + 1);
    }

    [Fact]
    public void Data_folder_is_not_taken_for_one_of_backups()
    {
        BackupPlace place = new();
        using (OpenStore open = place.Open())
        {
            place.Publish(open, 1, 1, 200);
            BackupPlace.Checkpoint(open);
        }

        StoreException refused = Assert.Throws<StoreException>(() => new FolderBackups(place.Data, place.Time).Prune(1));

        Assert.Equal(ErrorCode.BackupFolderUnusable, refused.Error);
        using OpenStore again = place.Open();
        BackupPlace.Check(again, 1, 1, 200);
    }

    [Fact]
    public void Copies_without_a_manifest_are_not_pruned()
    {
        BackupPlace place = new();
        using (OpenStore open = place.Open())
        {
            place.Publish(open, 1, 1, 200);
            BackupPlace.Take(open);
        }

        place.Folder.Delete(place.Folder.List(new("backups")).Single());
        int copies = place.Folder.List(new("segments")).Count();

        Assert.Empty(place.Backups.Prune(1));
        Assert.Equal(copies, place.Folder.List(new("segments")).Count());
    }

    private static LogPosition FirstPosition(OpenStore open)
    {
        using StoredRuns first = open.Wait(() => open.Store.ReadAsync(1, new Offset(1), 1, CancellationToken.None));
        return first[0].Header.Position;
    }
}
