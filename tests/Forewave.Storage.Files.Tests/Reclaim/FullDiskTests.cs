using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.Reclaim;

public sealed class FullDiskTests
{
    [Fact]
    public void Publishes_are_refused_and_settlements_go_on_when_the_disk_is_full()
    {
        using OpenStore open = OpenStore.Open(new MemoryDisk(1024 * 1024));

        AppendOutcome outcome = Fill(open);

        Assert.Equal(AppendOutcome.DiskFull, outcome);
        Assert.True(open.Store.Usage.DiskFull);
        for (int i = 0; i < 50; i++)
        {
            open.Commit(Drafts.Other(RecordType.Settled, 1_000));
        }

        Assert.Equal(open.Store.Tail, open.Store.Committed);
        Assert.Empty(open.Observer.Stops);
    }

    [Fact]
    public void Publishes_go_on_when_a_purge_has_freed_segments()
    {
        using OpenStore open = OpenStore.Open(new MemoryDisk(1024 * 1024));
        Fill(open);

        open.Store.Expire(1, open.Store.Extent(1).End);
        for (int i = 0; i < 3; i++)
        {
            open.Wait(() => open.Store.CheckpointAsync(new PassiveSource(open.Store), CancellationToken.None));
            open.Wait(() => open.Store.ReclaimAsync(CancellationToken.None));
            open.Pumps.RunUntilIdle();
        }

        Assert.False(open.Store.Usage.DiskFull);
        Assert.Equal(AppendOutcome.Appended, open.Store.TryAppend([Drafts.Published(1, "again")], out _));
    }

    [Fact]
    public void Checkpoint_is_asked_for_when_the_full_disk_waits_for_one_and_nobody_writes()
    {
        using OpenStore open = OpenStore.Open(new MemoryDisk(1024 * 1024));
        Fill(open);
        open.Wait(() => open.Store.CheckpointAsync(new PassiveSource(open.Store), CancellationToken.None));
        int before = open.Observer.CheckpointsDue;

        open.Store.Expire(1, open.Store.Extent(1).End);
        open.Wait(() => open.Store.ReclaimAsync(CancellationToken.None));

        Assert.Equal(before + 1, open.Observer.CheckpointsDue);
    }

    private static AppendOutcome Fill(OpenStore open)
    {
        while (true)
        {
            AppendOutcome outcome = open.Store.TryAppend([Drafts.Published(1, new string('x', 4_000))], out _);
            if (outcome == AppendOutcome.DiskFull)
            {
                return outcome;
            }

            open.Pumps.RunUntilIdle();
        }
    }
}
