// The checkpoint is the test's own task.
#pragma warning disable VSTHRD003
using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Disk.Simulation;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.Checkpoints;

public sealed class CheckpointRaceTests
{
    // The engine's part is older than the index: between the two the queue got its last messages and was deleted.
    [Fact]
    public async Task Store_opens_when_a_queue_was_deleted_while_a_checkpoint_was_taken()
    {
        MemoryDisk disk = new();
        using (OpenStore open = OpenStore.Open(disk))
        {
            open.Commit(Drafts.Published(1, "a"));
            open.Commit(Drafts.Published(2, "b"));
            open.Wait(() => open.Store.CheckpointAsync(
                new NoState(open.Store, () =>
                {
                    open.Commit(Drafts.Published(2, "c"));
                    open.Store.Expire(2, open.Store.Extent(2).End.Plus(1));
                }),
                CancellationToken.None));
        }

        SteppedPumps pumps = new();
        FilesStore store = new(OpenStore.Small(disk), new TestTime(), pumps);
        RankingFold fold = new(store) { Ends = { [2] = 2 } };
        await store.RecoverAsync(fold, CancellationToken.None);

        Assert.Equal(new Offset(3), store.Extent(2).End);
        await store.DisposeAsync();
    }

    [Fact]
    public async Task Disposal_ends_a_checkpoint_that_waits_before_it_unlocks_the_folder()
    {
        PowerLossDisk disk = new(seed: 1);
        OpenStore open = OpenStore.Open(disk);
        open.Commit(Drafts.Published(1, "a"));
        Task checkpoint = open.Store.CheckpointAsync(new WaitingState(), CancellationToken.None).AsTask();
        Assert.False(checkpoint.IsCompleted);

        await open.Store.DisposeAsync();
        long operations = disk.Counts.Operations;

        StoreException refused = await Assert.ThrowsAsync<StoreException>(() => checkpoint);
        Assert.Equal(ErrorCode.ShuttingDown, refused.Error);
        Assert.Equal(operations, disk.Counts.Operations);
        Assert.Equal(new DiskPath("checkpoints/0000000000000000.checkpoint"), Assert.Single(disk.List(new DiskPath("checkpoints"))));
        await Assert.ThrowsAsync<StoreException>(async () => await open.Store.CheckpointAsync(new WaitingState(), CancellationToken.None));
    }

    [Fact]
    public async Task Disposal_does_not_wait_for_spare_files_to_be_made()
    {
        MemoryDisk disk = new();
        SteppedPumps pumps = new();
        FilesStore store = new(OpenStore.Small(disk) with { SpareSegments = 64 }, new TestTime(), pumps);
        await store.RecoverAsync(new RecordingFold(), CancellationToken.None);
        store.Start(new RecordingObserver());

        await store.DisposeAsync();

        Assert.InRange(disk.List(new DiskPath("segments")).Count, 1, 3);
    }
}
