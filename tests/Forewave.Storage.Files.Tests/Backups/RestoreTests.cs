using Forewave.Protocol;
using Forewave.Storage.Backups;
using Forewave.Storage.Files.Backups;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.Backups;

public sealed class RestoreTests
{
    [Fact]
    public void Epoch_is_above_all_that_the_folder_may_have_had_and_no_two_restores_share_one()
    {
        BackupPlace place = Filled();
        uint original = FilesStore.EpochOf(place.Data).Value;

        MemoryDisk first = place.Restore();
        MemoryDisk second = place.Restore();
        MemoryDisk third = new();
        place.Backups.Restore(new RestorePoint(), third, new Epoch(10_000), CancellationToken.None);

        Assert.Equal([original + 1_024, original + 2_048, 11_024], new[] { first, second, third }.Select(disk => FilesStore.EpochOf(disk).Value));
        using OpenStore open = place.Open(second);
        Assert.Equal((original + 2_049, original + 2_048), (open.Store.Epoch.Value, open.Store.RestoredAt.Value));
        using OpenStore before = place.Open(place.Data);
        Assert.Equal(Epoch.None, before.Store.RestoredAt);
    }

    [Fact]
    public void Restored_folder_remembers_it_through_openings_and_checkpoints()
    {
        BackupPlace place = Filled();
        MemoryDisk disk = place.Restore();
        for (int i = 0; i < 3; i++)
        {
            using OpenStore open = place.Open(disk);
            place.Publish(open, 1, 201 + (i * 100), 100);
            BackupPlace.Checkpoint(open);
        }

        using OpenStore last = place.Open(disk);
        Assert.True(last.Store.RestoredAt.Value >= 1_024);
        BackupPlace.Check(last, 1, 1, 500);
    }

    [Fact]
    public void Every_file_is_refused_by_name_when_it_is_damaged_or_missing()
    {
        int files = CopiesOf(Filled()).Length;
        Assert.True(files > 4);
        for (int i = 0; i < files; i++)
        {
            foreach (bool isMissing in new[] { false, true })
            {
                BackupPlace place = Filled();
                DiskPath path = CopiesOf(place)[i];
                Harm(place.Folder, path, isMissing);

                StoreException refused = Assert.Throws<StoreException>(() => place.Restore());
                BackupFault fault = Assert.Single(place.Backups.Verify(null, CancellationToken.None));

                Assert.Equal(ErrorCode.BackupDamaged, refused.Error);
                Assert.Contains(path.Value, refused.Message, StringComparison.Ordinal);
                Assert.Equal(path.Value, fault.Path);
                Assert.Equal([1u], fault.Backups);
            }
        }
    }

    [Fact]
    public void Damaged_manifest_is_told_and_the_other_backups_are_used()
    {
        BackupPlace place = Filled();
        using (OpenStore open = place.Open())
        {
            place.Publish(open, 1, 201, 50);
            BackupPlace.Take(open);
        }

        DiskPath manifest = new("backups/00000002.backup");
        Harm(place.Folder, manifest, isMissing: false);

        Assert.Equal([true, false], place.Backups.List().Select(backup => backup.Problem is null));
        Assert.Equal(manifest.Value, Assert.Single(place.Backups.Verify(null, CancellationToken.None)).Path);
        Assert.Equal(ErrorCode.BackupDamaged, Assert.Throws<StoreException>(() => place.Restore(new RestorePoint { Backup = 2 })).Error);
        using OpenStore restored = place.Open(place.Restore());
        BackupPlace.Check(restored, 1, 1, 200);
    }

    [Fact]
    public void Points_that_no_backup_reaches_are_refused()
    {
        BackupPlace place = new();
        LogPosition early;
        LogPosition late;
        Timestamp before = Timestamp.From(place.Time.Now);
        using (OpenStore open = place.Open())
        {
            place.Publish(open, 1, 1, 200);
            early = open.Store.Committed;
            place.Publish(open, 1, 201, 200);
            BackupPlace.Checkpoint(open);
            BackupPlace.Take(open);
            place.Publish(open, 1, 401, 100);
            late = open.Store.Committed;
        }

        place.Time.Move(TimeSpan.FromHours(1));

        Assert.Equal(ErrorCode.RestorePointInvalid, RefusalOf(place, new RestorePoint { Position = early }));
        Assert.Equal(ErrorCode.RestorePointInvalid, RefusalOf(place, new RestorePoint { Position = late }));
        Assert.Equal(ErrorCode.RestorePointInvalid, RefusalOf(place, new RestorePoint { Time = before }));
        Assert.Equal(ErrorCode.RestorePointInvalid, RefusalOf(place, new RestorePoint { Time = Timestamp.From(place.Time.Now) }));
        Assert.Equal(ErrorCode.BackupNotFound, RefusalOf(place, new RestorePoint { Backup = 7 }));
        Assert.Equal(ErrorCode.BackupNotFound, RefusalOf(new BackupPlace(), new RestorePoint()));
    }

    [Fact]
    public void Any_point_is_reached_when_the_backup_was_taken_before_the_first_checkpoint()
    {
        BackupPlace place = new();
        LogPosition early;
        using (OpenStore open = place.Open())
        {
            place.Publish(open, 1, 1, 20);
            early = open.Store.Committed;
            place.Publish(open, 1, 21, 20);
            BackupPlace.Take(open);
        }

        using OpenStore restored = place.Open(place.Restore(new RestorePoint { Position = early }));

        BackupPlace.Check(restored, 1, 1, 20);
    }

    [Fact]
    public void Point_between_two_backups_is_refused_when_the_log_between_them_was_recycled()
    {
        BackupPlace place = new();
        LogPosition middle;
        using (OpenStore open = place.Open())
        {
            place.Publish(open, 1, 1, 50);
            BackupPlace.Checkpoint(open);
            BackupPlace.Take(open);
            place.Publish(open, 1, 51, 500);
            middle = open.Store.Committed;
            open.Store.Expire(1, open.Store.Extent(1).End);
            for (int i = 0; i < 5; i++)
            {
                place.Publish(open, 2, (i * 60) + 1, 60);
                BackupPlace.Checkpoint(open);
                BackupPlace.Reclaim(open);
            }

            Assert.True(open.Store.Usage.RecycledSegments > 5);
            BackupPlace.Take(open);
        }

        StoreException refused = Assert.Throws<StoreException>(() => place.Restore(new RestorePoint { Position = middle }));

        Assert.Equal(ErrorCode.RestorePointInvalid, refused.Error);
        Assert.Contains("recycled", refused.Message, StringComparison.Ordinal);
        using OpenStore end = place.Open(place.Restore());
        BackupPlace.Check(end, 2, 1, 300);
    }

    [Fact]
    public void Folder_that_is_not_empty_is_refused_and_left_as_it_is()
    {
        BackupPlace place = Filled();

        StoreException refused = Assert.Throws<StoreException>(() => place.Backups.Restore(new RestorePoint(), place.Data, Epoch.None, CancellationToken.None));

        Assert.Equal(ErrorCode.RestoreFolderNotEmpty, refused.Error);
        using OpenStore open = place.Open();
        BackupPlace.Check(open, 1, 1, 200);
    }

    [Fact]
    public void Restore_that_was_cut_off_is_no_data_folder()
    {
        BackupPlace place = Filled();
        MemoryDisk small = new(capacityBytes: 100_000);

        StoreException full = Assert.Throws<StoreException>(() => place.Backups.Restore(new RestorePoint(), small, Epoch.None, CancellationToken.None));

        Assert.Equal(ErrorCode.DiskFull, full.Error);
        Assert.Equal(ErrorCode.LogDamaged, Assert.Throws<StoreException>(() => OpenStore.Open(small)).Error);
        Assert.Equal(
            ErrorCode.RestoreFolderNotEmpty,
            Assert.Throws<StoreException>(() => place.Backups.Restore(new RestorePoint(), small, Epoch.None, CancellationToken.None)).Error);
    }

    private static ErrorCode RefusalOf(BackupPlace place, RestorePoint point) => Assert.Throws<StoreException>(() => place.Restore(point)).Error;

    private static BackupPlace Filled()
    {
        BackupPlace place = new();
        using OpenStore open = place.Open();
        place.Publish(open, 1, 1, 150);
        BackupPlace.Checkpoint(open);
        place.Publish(open, 1, 151, 50);
        Assert.Equal(BackupState.Done, BackupPlace.Take(open).State);
        return place;
    }

    private static DiskPath[] CopiesOf(BackupPlace place) =>
        [.. new[] { "checkpoints", "segments", "slices" }.SelectMany(folder => place.Folder.List(new DiskPath(folder)))];

    private static void Harm(IDisk disk, DiskPath path, bool isMissing)
    {
        if (isMissing)
        {
            disk.Delete(path);
            return;
        }

        using IDiskFile file = disk.Open(path, DiskOpen.OpenExisting);
        byte[] one = new byte[1];
        file.Read(file.Length / 2, one);
        file.Write(file.Length / 2, [(byte)(one[0] ^ 0x10)]);
    }
}
