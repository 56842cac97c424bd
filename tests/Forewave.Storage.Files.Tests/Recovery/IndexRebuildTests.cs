using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Disk.Simulation;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.Recovery;

public sealed class IndexRebuildTests
{
    private const int Runs = 400;

    private static readonly DiskPath _index = new("index");

    [Fact]
    public void Index_is_rebuilt_from_the_log_when_its_files_are_gone()
    {
        PowerLossDisk disk = new(seed: 1);
        Fill(disk);
        Remove(disk);

        using OpenStore open = OpenStore.Open(disk);

        Check(open);
    }

    [Fact]
    public void Index_is_rebuilt_again_when_the_power_failed_before_the_next_checkpoint()
    {
        PowerLossDisk disk = new(seed: 1);
        Fill(disk);
        Remove(disk);
        using (OpenStore open = OpenStore.Open(disk))
        {
            for (int i = 0; i < 300; i++)
            {
                open.Commit(Drafts.Published(3, $"other {i}"));
            }
        }

        PowerLossDisk after = disk.PowerLoss();
        using (OpenStore again = OpenStore.Open(after))
        {
            Check(again);
            again.Wait(() => again.Store.CheckpointAsync(new PassiveSource(again.Store), CancellationToken.None));
        }

        PowerLossDisk end = after.PowerLoss();
        using OpenStore last = OpenStore.Open(end);
        Check(last);
        Assert.False(end.Exists(new DiskPath("INDEX-REBUILT")));
    }

    [Fact]
    public void Store_says_what_to_do_when_the_index_is_gone_and_the_log_is_damaged()
    {
        PowerLossDisk disk = new(seed: 1);
        Fill(disk);
        Remove(disk);
        foreach (DiskPath file in disk.List(new DiskPath("segments")))
        {
            disk.FlipBit(file, 4_096 + 64 + 16, 0);
        }

        StoreException failure = Assert.Throws<StoreException>(() => OpenStore.Open(disk));

        Assert.Equal(ErrorCode.LogDamaged, failure.Error);
        Assert.Contains("Restore", failure.Message, StringComparison.Ordinal);
    }

    // Two queues, one of them expired and the other carried over, then more than the checkpoint's own runs of it.
    private static void Fill(IDisk disk)
    {
        using OpenStore open = OpenStore.Open(disk);
        for (int i = 0; i < Runs; i++)
        {
            open.Commit(Drafts.Published(1, new string('x', 1_000)));
            open.Commit(Drafts.Published(2, $"{i}-a", $"{i}-b"));
        }

        open.Store.Expire(1, open.Store.Extent(1).End);
        open.Store.Expire(2, new Offset(100));
        for (int i = 0; i < 3; i++)
        {
            open.Wait(() => open.Store.CheckpointAsync(new PassiveSource(open.Store), CancellationToken.None));
            open.Wait(() => open.Store.ReclaimAsync(CancellationToken.None));
        }

        for (int i = Runs; i < 2 * Runs; i++)
        {
            open.Commit(Drafts.Published(1, new string('x', 100)));
            open.Commit(Drafts.Published(2, $"{i}-a", $"{i}-b"));
        }

        open.Wait(() => open.Store.CheckpointAsync(new PassiveSource(open.Store), CancellationToken.None));
    }

    private static void Remove(IDisk disk)
    {
        IReadOnlyList<DiskPath> files = disk.List(_index);
        Assert.NotEmpty(files);
        foreach (DiskPath file in files)
        {
            disk.Delete(file);
        }
    }

    private static void Check(OpenStore open)
    {
        Assert.Equal(new Offset(100), open.Store.Extent(2).FirstRetained);
        Assert.Equal(new Offset((4 * Runs) + 1), open.Store.Extent(2).End);
        Offset next = new(101);
        while (next < open.Store.Extent(2).End)
        {
            Offset from = next;
            using StoredRuns runs = open.Wait(() => open.Store.ReadAsync(2, from, 5_000, CancellationToken.None));
            for (int i = 0; i < runs.Count; i++)
            {
                long run = (next.Value - 1) / 2;
                Assert.Equal(next, runs[i].First);
                Assert.Equal(Drafts.Run($"{run}-a", $"{run}-b"), runs[i].Messages.ToArray());
                next = next.Plus(runs[i].Count);
            }
        }
    }
}
