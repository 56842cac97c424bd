using Forewave.Protocol;
using Forewave.Storage.Backups;
using Forewave.Storage.Files.Backups;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Disk.Simulation;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.Backups;

/// <summary>What a backup makes of backups before it, or of data, that are not what they should be.</summary>
public sealed class BackupRepairTests
{
    private static readonly DiskPath Segments = new("segments");

    // With a checkpoint its files are numbered like those of the original; without one the log alone is another one.
    [Theory]
    [InlineData(true, 300)]
    [InlineData(false, 300)]
    [InlineData(false, 20)]
    public void Older_copy_of_the_data_folder_that_was_put_back_is_refused_when_its_epoch_has_caught_up(bool hasCheckpoint, int count)
    {
        BackupPlace place = new();
        PowerLossDisk disk = new(seed: 11);
        using (OpenStore open = place.Open(disk))
        {
            place.Publish(open, 1, 1, 100);
        }

        PowerLossDisk original = disk.PowerLoss(0);
        PowerLossDisk copy = disk.PowerLoss(1);
        using (OpenStore open = place.Open(original))
        {
            place.Publish(open, 1, 101, 300);
            Assert.Equal(BackupState.Done, BackupPlace.Take(open).State);
        }

        using (OpenStore open = place.Open(copy))
        {
            place.Publish(open, 1, 101, count);
            if (hasCheckpoint)
            {
                BackupPlace.Checkpoint(open);
            }
        }

        using OpenStore again = place.Open(copy);
        place.Publish(again, 1, 101 + count, 100);

        BackupProgress refused = BackupPlace.Take(again);

        Assert.Equal((BackupState.Failed, ErrorCode.BackupFolderUnusable), (refused.State, refused.Error));
        Assert.Contains("put back", refused.Problem, StringComparison.Ordinal);
        using OpenStore restored = place.Open(place.Restore());
        BackupPlace.Check(restored, 1, 1, 400);
    }

    [Fact]
    public void Copy_that_is_missing_is_made_again_by_the_next_backup()
    {
        BackupPlace place = new();
        using OpenStore open = place.Open();
        place.Publish(open, 1, 1, 300);
        BackupPlace.Take(open);
        DiskPath copy = place.Folder.List(Segments).First(path => path.Name.EndsWith(".segment", StringComparison.Ordinal));
        place.Folder.Delete(copy);

        Assert.Equal(BackupState.Done, BackupPlace.Take(open).State);

        Assert.Empty(place.Backups.Verify(null, CancellationToken.None));
        using OpenStore restored = place.Open(place.Restore());
        BackupPlace.Check(restored, 1, 1, 300);
    }

    [Fact]
    public void Backup_goes_on_behind_one_whose_manifest_is_damaged()
    {
        BackupPlace place = new();
        using OpenStore open = place.Open();
        place.Publish(open, 1, 1, 200);
        BackupPlace.Take(open);
        place.Publish(open, 1, 201, 100);
        BackupPlace.Take(open);
        using (IDiskFile manifest = place.Folder.Open(new DiskPath("backups/00000002.backup"), DiskOpen.OpenExisting))
        {
            manifest.Write(40, "?"u8);
        }

        BackupProgress third = BackupPlace.Take(open);

        Assert.Equal((BackupState.Done, 3u), (third.State, third.Number));
        Assert.Equal([true, false, true], place.Backups.List().Select(backup => backup.Problem is null));
        using OpenStore restored = place.Open(place.Restore());
        BackupPlace.Check(restored, 1, 1, 300);
    }

    [Fact]
    public void Segment_that_rotted_is_told_by_every_backup_and_copied_again_when_it_can_be_read()
    {
        PowerLossDisk disk = new(seed: 7);
        BackupPlace place = new(disk);
        using OpenStore open = place.Open();
        place.Publish(open, 1, 1, 300);
        DiskPath first = disk.List(Segments)[0];
        disk.FlipBit(first, 20_000, 3);

        BackupProgress rotten = BackupPlace.Take(open);
        BackupProgress still = BackupPlace.Take(open);
        IReadOnlyList<BackupFault> faults = place.Backups.Verify(null, CancellationToken.None);
        disk.FlipBit(first, 20_000, 3);
        BackupProgress whole = BackupPlace.Take(open);

        Assert.Equal([[1u], [2u]], faults.Select(fault => fault.Backups));
        Assert.Equal([1UL, 1UL, 0UL], new[] { rotten, still, whole }.Select(taken => taken.DamagedPositions));
        using OpenStore restored = place.Open(place.Restore());
        BackupPlace.Check(restored, 1, 1, 300);
    }
}
