using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Disk.Simulation;
using Forewave.Storage.Files.QueueIndex;
using Forewave.Storage.Files.Segments;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.QueueIndex;

/// <summary>The disk has no room for the queue index, while the log still has its segments.</summary>
public sealed class FullDiskTests
{
    private static readonly DiskPath _folder = new("index");

    [Fact]
    public void Publishes_are_refused_and_consumers_drain_when_the_index_finds_no_room()
    {
        PowerLossDisk disk = new(seed: 1);
        using OpenStore open = OpenStore.Open(disk);
        disk.BeforeOperation = RefuseIndex;

        long published = PublishUntilRefused(open);

        Assert.True(open.Store.Usage.DiskFull);
        Assert.Empty(open.Observer.Stops);
        Assert.Equal(published, ReadAll(open));
        open.Commit(Drafts.Other(RecordType.Settled, 100));
        Assert.Equal(open.Store.Tail, open.Store.Committed);
    }

    [Fact]
    public void Publishes_go_on_when_the_index_has_found_room()
    {
        PowerLossDisk disk = new(seed: 1);
        long published;
        using (OpenStore open = OpenStore.Open(disk))
        {
            disk.BeforeOperation = RefuseIndex;
            published = PublishUntilRefused(open);
            disk.BeforeOperation = null;
            open.Wait(() => open.Store.ReclaimAsync(CancellationToken.None));
            open.Pumps.RunUntilIdle();

            open.Commit(Drafts.Published(1, "again"));
            open.Wait(() => open.Store.CheckpointAsync(new PassiveSource(open.Store), CancellationToken.None));
        }

        using OpenStore again = OpenStore.Open(disk.PowerLoss());

        Assert.Equal(published + 1, ReadAll(again));
    }

    [Fact]
    public void Store_opens_and_consumers_drain_when_the_index_finds_no_room_in_recovery()
    {
        PowerLossDisk disk = new(seed: 1);
        using (OpenStore open = OpenStore.Open(disk))
        {
            for (int i = 0; i < 200; i++)
            {
                open.Commit(Drafts.Published(1, "a"));
            }
        }

        PowerLossDisk after = disk.PowerLoss();
        after.BeforeOperation = RefuseIndex;
        using OpenStore again = OpenStore.Open(after);

        Assert.Equal(200, ReadAll(again));
        Assert.Equal(AppendOutcome.DiskFull, again.Store.TryAppend([Drafts.Published(1, "one too many")], out _));
    }

    [Fact]
    public void Checkpoint_is_refused_when_the_index_finds_no_room()
    {
        PowerLossDisk disk = new(seed: 1);
        using OpenStore open = OpenStore.Open(disk);
        disk.BeforeOperation = RefuseIndex;
        PublishUntilRefused(open);

        StoreException refused = Assert.Throws<StoreException>(() => open.Wait(() => open.Store.CheckpointAsync(new PassiveSource(open.Store), CancellationToken.None)));

        Assert.Equal(ErrorCode.DiskFull, refused.Error);
        Assert.Empty(open.Observer.Stops);
    }

    // A block that waits must be found although the cache of blocks has no place for it.
    [Fact]
    public void Index_finds_every_run_when_none_of_its_blocks_could_be_written()
    {
        const int Runs = 61 * 62 * 2;
        PowerLossDisk disk = new(seed: 1);
        using QueueIndexes index = new(disk, _folder, cachedBlocks: 1);
        index.Open();
        disk.BeforeOperation = RefuseIndex;

        for (int i = 1; i <= Runs; i++)
        {
            index.Append(1, new IndexEntry(new Offset(i), 1, new LogPlace(new SegmentNumber(1), 8 * i).Location, default), 1);
        }

        Assert.True(index.HasWaiting);
        for (int i = 1; i <= Runs; i++)
        {
            Assert.Equal(8 * i, new LogPlace(Assert.NotNull(index.Find(1, new Offset(i))).Location).Byte);
        }
    }

    private static long PublishUntilRefused(OpenStore open)
    {
        long published = 0;
        while (open.Store.TryAppend([Drafts.Published(1, "a")], out _) == AppendOutcome.Appended)
        {
            published++;
            open.Pumps.RunUntilIdle();
        }

        Assert.InRange(published, 62, 200);
        return published;
    }

    private static long ReadAll(OpenStore open)
    {
        Offset next = Offset.First;
        while (next < open.Store.Extent(1).End)
        {
            using StoredRuns runs = open.Wait(() => open.Store.ReadAsync(1, next, 10_000, CancellationToken.None));
            for (int i = 0; i < runs.Count; i++)
            {
                Assert.False(runs[i].Damaged);
                next = next.Plus(runs[i].Count);
            }
        }

        return next.Value - 1;
    }

    private static void RefuseIndex(DiskOperation operation)
    {
        if (operation.Path.Folder == _folder && operation.Kind is not (DiskOperationKind.Sync or DiskOperationKind.SyncFolder))
        {
            throw new DiskException(operation.Kind, operation.Path, Errno.NoSpace);
        }
    }
}
