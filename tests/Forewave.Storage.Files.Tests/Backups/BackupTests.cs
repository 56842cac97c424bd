using Forewave.Protocol;
using Forewave.Storage.Backups;
using Forewave.Storage.Files.Backups;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Disk.Simulation;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.Backups;

public sealed class BackupTests
{
    [Fact]
    public void Everything_that_was_committed_is_there_when_a_running_store_was_backed_up()
    {
        BackupPlace place = new();
        LogPosition committed;
        using (OpenStore open = place.Open())
        {
            place.Publish(open, 1, 1, 300);
            BackupPlace.Checkpoint(open);
            place.Publish(open, 1, 301, 100);
            committed = open.Store.Committed;

            BackupProgress taken = BackupPlace.Take(open);

            Assert.Equal((BackupState.Done, 1u, committed), (taken.State, taken.Number, taken.End));
            place.Publish(open, 1, 401, 50);
        }

        using OpenStore restored = place.Open(place.Restore());
        BackupPlace.Check(restored, 1, 1, 400);
        place.Publish(restored, 1, 401, 200);
        BackupPlace.Check(restored, 1, 1, 600);
    }

    [Fact]
    public void Segments_are_copied_once_when_backups_follow_each_other()
    {
        BackupPlace place = new();
        using OpenStore open = place.Open();
        place.Publish(open, 1, 1, 300);
        BackupProgress first = BackupPlace.Take(open);
        place.Publish(open, 1, 301, 40);

        BackupProgress second = BackupPlace.Take(open);

        Assert.True(first.CopiedBytes > 300 * 900);
        Assert.True(second.CopiedBytes < 120_000, $"{second.CopiedBytes} bytes were copied again");
        Assert.True(second.ReusedBytes > 200 * 900);
        Assert.Equal([1u, 2u], place.Backups.List().Select(backup => backup.Number));
        using OpenStore restored = place.Open(place.Restore());
        BackupPlace.Check(restored, 1, 1, 340);
    }

    [Fact]
    public void Every_message_up_to_a_position_is_there_and_none_after_it()
    {
        BackupPlace place = new();
        List<LogPosition> positions = [];
        using (OpenStore open = place.Open())
        {
            for (int round = 0; round < 4; round++)
            {
                place.Publish(open, 1, (round * 100) + 1, 50);
                positions.Add(open.Store.Committed);
                place.Publish(open, 1, (round * 100) + 51, 50);
                BackupPlace.Checkpoint(open);
                BackupPlace.Take(open);
            }
        }

        for (int round = 1; round < 4; round++)
        {
            using OpenStore restored = place.Open(place.Restore(new RestorePoint { Position = positions[round] }));
            BackupPlace.Check(restored, 1, 1, (round * 100) + 50);
        }
    }

    [Fact]
    public void Every_message_up_to_a_time_is_there_and_none_after_it()
    {
        BackupPlace place = new();
        Timestamp time;
        using (OpenStore open = place.Open())
        {
            place.Publish(open, 1, 1, 100);
            BackupPlace.Take(open);
            place.Publish(open, 1, 101, 30);
            time = Timestamp.From(place.Time.Now);
            place.Publish(open, 1, 131, 100);
            BackupPlace.Take(open);
        }

        using OpenStore restored = place.Open(place.Restore(new RestorePoint { Time = time }));

        BackupPlace.Check(restored, 1, 1, 130);
    }

    [Fact]
    public void Restore_goes_through_restarts_and_crashes_of_the_data_folder_between_two_backups()
    {
        PowerLossDisk disk = new(seed: 5);
        BackupPlace place = new(disk);
        LogPosition middle;
        using (OpenStore open = place.Open(disk))
        {
            place.Publish(open, 1, 1, 150);
            BackupPlace.Checkpoint(open);
            place.Publish(open, 1, 151, 20);
            BackupPlace.Take(open);
            place.Publish(open, 1, 171, 30);
        }

        PowerLossDisk after = disk.PowerLoss();
        using (OpenStore open = place.Open(after))
        {
            place.Publish(open, 1, 201, 30);
            middle = open.Store.Committed;
            place.Publish(open, 1, 231, 30);
            BackupPlace.Take(open);
        }

        using OpenStore restored = place.Open(place.Restore(new RestorePoint { Position = middle }));
        BackupPlace.Check(restored, 1, 1, 230);
        using OpenStore whole = place.Open(place.Restore());
        BackupPlace.Check(whole, 1, 1, 260);
    }

    [Fact]
    public void Messages_that_were_carried_over_and_segments_that_were_recycled_do_no_harm()
    {
        BackupPlace place = new();
        using (OpenStore open = place.Open())
        {
            for (int i = 1; i <= 300; i++)
            {
                place.Publish(open, 1, i, 1);
                open.Commit(Drafts.Published(2, new string('y', 2_000)));
            }

            BackupPlace.Take(open);
            open.Store.Expire(2, open.Store.Extent(2).End);
            for (int i = 0; i < 5; i++)
            {
                BackupPlace.Checkpoint(open);
                BackupPlace.Reclaim(open);
                place.Publish(open, 1, 301 + (i * 20), 20);
            }

            Assert.True(open.Store.Usage.RecycledSegments > 0);
            Assert.True(open.Store.Usage.CarriedBytes > 0);
            BackupPlace.Take(open);
        }

        using OpenStore first = place.Open(place.Restore(new RestorePoint { Backup = 1 }));
        BackupPlace.Check(first, 1, 1, 300);
        using OpenStore last = place.Open(place.Restore());
        BackupPlace.Check(last, 1, 1, 400);
    }

    [Fact]
    public void Segments_are_not_recycled_while_they_wait_to_be_copied()
    {
        BackupPlace place = new();
        using OpenStore open = place.Open();
        place.Publish(open, 1, 1, 400);
        BackupPlace.Checkpoint(open);
        open.Store.Backups!.Begin(64 * 1024);
        open.Pumps.RunUntilIdle();
        Assert.Equal(BackupState.Running, open.Store.Backups.Current.State);

        open.Store.Expire(1, open.Store.Extent(1).End);
        for (int i = 0; i < 4; i++)
        {
            place.Publish(open, 2, (i * 20) + 1, 20);
            BackupPlace.Checkpoint(open);
            BackupPlace.Reclaim(open);
        }

        for (int i = 0; i < 10_000 && open.Store.Backups.Current.State == BackupState.Running; i++)
        {
            place.Time.Move(TimeSpan.FromSeconds(10));
            open.Pumps.RunUntilIdle();
        }

        Assert.Equal(BackupState.Done, open.Store.Backups.Current.State);
        Assert.Empty(place.Backups.Verify(null, CancellationToken.None));
        using OpenStore restored = place.Open(place.Restore());
        BackupPlace.Check(restored, 2, 1, 80);
        BackupPlace.Reclaim(open);
        BackupPlace.Checkpoint(open);
        BackupPlace.Checkpoint(open);
        BackupPlace.Reclaim(open);
        Assert.True(open.Store.Usage.RecycledSegments > 0);
    }

    [Fact]
    public void Backup_keeps_to_its_rate()
    {
        BackupPlace place = new();
        using OpenStore open = place.Open();
        place.Publish(open, 1, 1, 400);
        open.Store.Backups!.Begin(64 * 1024);
        double seconds = 0;
        for (; open.Store.Backups.Current.State == BackupState.Running && seconds < 1_000; seconds += 0.1)
        {
            open.Pumps.RunUntilIdle();
            place.Time.Move(TimeSpan.FromMilliseconds(100));
        }

        Assert.InRange(seconds, open.Store.Backups.Current.CopiedBytes / (64.0 * 1024), 1_000);
    }

    [Fact]
    public void Second_backup_is_refused_while_one_runs_and_cancelling_leaves_nothing()
    {
        BackupPlace place = new();
        using OpenStore open = place.Open();
        place.Publish(open, 1, 1, 400);
        open.Store.Backups!.Begin(64 * 1024);
        open.Pumps.RunUntilIdle();

        Assert.Equal(ErrorCode.BackupRunning, Assert.Throws<StoreException>(() => open.Store.Backups.Begin(64 * 1024)).Error);
        Assert.Equal(ErrorCode.BackupRunning, Assert.Throws<StoreException>(() => place.Backups.Prune(1)).Error);
        Assert.True(open.Store.Backups.Cancel());
        open.Pumps.RunUntilIdle();

        Assert.Equal(BackupState.Cancelled, open.Store.Backups.Current.State);
        Assert.False(open.Store.Backups.Cancel());
        Assert.Empty(place.Backups.List());
        Assert.Equal(BackupState.Done, BackupPlace.Take(open).State);
        Assert.Equal(1u, Assert.Single(place.Backups.List()).Number);
    }

    [Fact]
    public void Backup_fails_and_the_store_goes_on_when_the_backup_folder_is_full()
    {
        MemoryDisk full = new(capacityBytes: 200_000);
        BackupPlace place = new(folder: full);
        using OpenStore open = place.Open();
        place.Publish(open, 1, 1, 100);
        Assert.Equal(BackupState.Done, BackupPlace.Take(open).State);
        place.Publish(open, 1, 101, 400);

        BackupProgress failed = BackupPlace.Take(open);

        Assert.Equal((BackupState.Failed, ErrorCode.BackupFailed), (failed.State, failed.Error));
        Assert.Contains("full", failed.Problem, StringComparison.Ordinal);
        Assert.Equal(1u, Assert.Single(place.Backups.List()).Number);
        Assert.Empty(place.Backups.Verify(null, CancellationToken.None));
        place.Publish(open, 1, 501, 10);
        BackupPlace.Check(open, 1, 1, 510);
    }

    [Fact]
    public void Backup_gives_up_what_it_holds_when_the_data_folder_is_full()
    {
        MemoryDisk data = new(capacityBytes: 700_000);
        BackupPlace place = new(data);
        using OpenStore open = place.Open();
        place.Publish(open, 1, 1, 200);
        open.Store.Backups!.Begin(64 * 1024);
        open.Pumps.RunUntilIdle();
        AppendOutcome outcome = AppendOutcome.Appended;
        for (int i = 0; i < 2_000 && outcome != AppendOutcome.DiskFull; i++)
        {
            outcome = open.Store.TryAppend([Drafts.Published(1, BackupPlace.Body(1, 201 + i))], out _);
            open.Pumps.RunUntilIdle();
        }

        Assert.Equal(AppendOutcome.DiskFull, outcome);
        place.Time.Move(TimeSpan.FromHours(1));
        open.Pumps.RunUntilIdle();

        Assert.Equal((BackupState.Failed, ErrorCode.DiskFull), (open.Store.Backups.Current.State, open.Store.Backups.Current.Error));
    }

    [Fact]
    public void Folder_of_another_data_folder_is_refused()
    {
        BackupPlace place = new();
        using (OpenStore open = place.Open())
        {
            place.Publish(open, 1, 1, 10);
            BackupPlace.Take(open);
        }

        using OpenStore other = place.Open(new MemoryDisk());
        place.Publish(other, 1, 1, 10);
        using OpenStore restored = place.Open(place.Restore());

        Assert.Equal(ErrorCode.BackupFolderUnusable, BackupPlace.Take(other).Error);
        Assert.Equal(ErrorCode.BackupFolderUnusable, BackupPlace.Take(restored).Error);
    }

    [Fact]
    public void Store_without_a_folder_for_backups_says_so()
    {
        using OpenStore open = OpenStore.Open(new MemoryDisk());

        Assert.Equal(ErrorCode.BackupOff, Assert.Throws<StoreException>(() => open.Store.Backups!.Begin(64 * 1024)).Error);
    }

    [Fact]
    public void Folder_that_crashed_can_be_backed_up_without_a_broker()
    {
        PowerLossDisk disk = new(seed: 3);
        BackupPlace place = new(disk);
        using (OpenStore open = place.Open(disk))
        {
            place.Publish(open, 1, 1, 200);
        }

        PowerLossDisk crashed = disk.PowerLoss();

        BackupProgress taken = place.Backups.Take(crashed, CancellationToken.None);
        BackupProgress again = place.Backups.Take(crashed, CancellationToken.None);

        Assert.Equal((BackupState.Done, BackupState.Done), (taken.State, again.State));
        Assert.True(again.CopiedBytes < taken.CopiedBytes / 4);
        using OpenStore restored = place.Open(place.Restore());
        BackupPlace.Check(restored, 1, 1, 200);
    }

    [Fact]
    public void Folder_that_is_open_is_not_backed_up_from_outside()
    {
        BackupPlace place = new();
        using OpenStore open = place.Open();

        Assert.Equal(ErrorCode.FolderInUse, Assert.Throws<StoreException>(() => place.Backups.Take(place.Data, CancellationToken.None)).Error);
        Assert.Equal(ErrorCode.FolderUnusable, Assert.Throws<StoreException>(() => place.Backups.Take(new MemoryDisk(), CancellationToken.None)).Error);
    }

    [Fact]
    public void Oldest_backups_go_and_the_others_stay_whole_when_the_folder_is_pruned()
    {
        BackupPlace place = new();
        using (OpenStore open = place.Open())
        {
            for (int i = 0; i < 4; i++)
            {
                place.Publish(open, 1, (i * 100) + 1, 100);
                BackupPlace.Checkpoint(open);
                BackupPlace.Take(open);
            }
        }

        Assert.Equal([1u, 2u], place.Backups.Prune(2));

        Assert.Equal([3u, 4u], place.Backups.List().Select(backup => backup.Number));
        Assert.Empty(place.Backups.Verify(null, CancellationToken.None));
        using OpenStore restored = place.Open(place.Restore(new RestorePoint { Backup = 3 }));
        BackupPlace.Check(restored, 1, 1, 300);
        Assert.Empty(place.Backups.Prune(5));
    }
}
