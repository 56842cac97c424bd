using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Disk.Simulation;
using Forewave.Storage.Files.Segments;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.Segments;

public sealed class FullDiskTests
{
    private static readonly DiskPath _newManifest = new("MANIFEST.new");

    [Fact]
    public void Store_loses_no_file_when_the_disk_is_too_full_for_a_manifest()
    {
        PowerLossDisk disk = new(seed: 1);
        using OpenStore open = OpenStore.Open(disk);
        disk.BeforeOperation = RefuseManifest;
        for (int i = 0; i < 20; i++)
        {
            Fill(open);
            open.Wait(() => open.Store.ReclaimAsync(CancellationToken.None));
        }

        disk.BeforeOperation = null;
        open.Wait(() => open.Store.ReclaimAsync(CancellationToken.None));
        open.Pumps.RunUntilIdle();

        Assert.Equal(AppendOutcome.Appended, open.Store.TryAppend([Drafts.Published(1, "after")], out _));
        open.Pumps.RunUntilIdle();
        Assert.Empty(open.Observer.Stops);
        Assert.Equal(disk.List(SegmentFileId.Folder).Count, open.Store.Usage.Segments + open.Store.Usage.SpareSegments);
    }

    [Fact]
    public void Checkpoint_is_taken_later_when_the_disk_was_too_full_for_its_manifest()
    {
        PowerLossDisk disk = new(seed: 1);
        using OpenStore open = OpenStore.Open(disk);
        open.Commit(Drafts.Published(1, "a"));
        disk.BeforeOperation = RefuseManifest;
        StoreException refused = Assert.Throws<StoreException>(() => open.Wait(() => open.Store.CheckpointAsync(new NoState(open.Store), CancellationToken.None)));

        disk.BeforeOperation = null;
        open.Wait(() => open.Store.CheckpointAsync(new NoState(open.Store), CancellationToken.None));

        Assert.Equal(ErrorCode.DiskFull, refused.Error);
        Assert.Equal(1, open.Store.Usage.Checkpoints);
        Assert.Empty(open.Observer.Stops);
    }

    // Not knowing which MANIFEST is on disk is no reason to go on, whatever the error says.
    [Fact]
    public void Store_stops_when_the_sync_of_a_new_manifests_name_fails_on_a_full_disk()
    {
        PowerLossDisk disk = new(seed: 1);
        using OpenStore open = OpenStore.Open(disk);
        open.Commit(Drafts.Published(1, "a"));
        disk.BeforeOperation = operation => Refuse(operation, DiskOperationKind.SyncFolder, DiskPath.Root);

        Assert.Throws<StoreException>(() => open.Wait(() => open.Store.CheckpointAsync(new NoState(open.Store), CancellationToken.None)));
        open.Pumps.RunUntilIdle();

        Assert.Single(open.Observer.Stops);
    }

    // The kernel counts the blocks as clean after the failed sync: a later sync that succeeds proves nothing about them.
    [Fact]
    public void Store_stops_when_a_sync_of_the_index_fails_on_a_full_disk()
    {
        PowerLossDisk disk = new(seed: 1);
        using OpenStore open = OpenStore.Open(disk);
        for (int i = 0; i < 200; i++)
        {
            open.Commit(Drafts.Published(1, "a"));
        }

        DiskPath index = disk.List(new DiskPath("index"))[0];
        disk.BeforeOperation = operation => Refuse(operation, DiskOperationKind.Sync, index);

        Assert.Throws<StoreException>(() => open.Wait(() => open.Store.CheckpointAsync(new NoState(open.Store), CancellationToken.None)));
        open.Pumps.RunUntilIdle();

        Assert.Single(open.Observer.Stops);
    }

    private static void RefuseManifest(DiskOperation operation) => Refuse(operation, DiskOperationKind.Write, _newManifest);

    private static void Refuse(DiskOperation operation, DiskOperationKind kind, DiskPath path)
    {
        if (operation.Kind == kind && operation.Path == path)
        {
            throw new DiskException(kind, path, Errno.NoSpace);
        }
    }

    private static void Fill(OpenStore open)
    {
        string body = new('x', 10_000);
        while (open.Store.TryAppend([Drafts.Published(1, body)], out _) == AppendOutcome.Appended)
        {
            open.Pumps.RunUntilIdle();
        }
    }
}
