using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Disk.Simulation;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.Recovery;

/// <summary>The last checkpoint rotted: the one before it is there, with all that it needs.</summary>
public sealed class DamagedCheckpointTests
{
    private static readonly DiskPath _folder = new("checkpoints");
    private readonly PowerLossDisk _disk = new(seed: 1);
    private long _published;

    [Fact]
    public void Checkpoint_before_the_last_is_used_when_the_last_rotted()
    {
        Live(checkpoints: 3);
        Flip(Checkpoints()[^1]);

        using OpenStore again = OpenStore.Open(_disk);

        Check(again);
        Assert.Contains("damaged", again.Report.DamagedCheckpoint, StringComparison.Ordinal);
    }

    [Fact]
    public void Checkpoint_before_the_last_is_used_when_the_last_is_missing()
    {
        Live(checkpoints: 3);
        _disk.Delete(Checkpoints()[^1]);

        using OpenStore again = OpenStore.Open(_disk);

        Check(again);
        Assert.Contains("missing", again.Report.DamagedCheckpoint, StringComparison.Ordinal);
    }

    [Fact]
    public void Whole_log_is_replayed_when_the_first_checkpoint_rotted()
    {
        Live(checkpoints: 1);
        Flip(Checkpoints()[^1]);

        using OpenStore again = OpenStore.Open(_disk);

        Check(again);
        Assert.Empty(again.Fold.Parts);
    }

    // Openings in between have written the tail again, in part: the same segment lies in several files.
    [Fact]
    public void Checkpoint_before_the_last_is_used_when_the_store_was_opened_between_the_two()
    {
        Live(checkpoints: 2);
        Live(checkpoints: 0);
        Live(checkpoints: 0);
        Live(checkpoints: 1);
        Live(checkpoints: 0);
        Flip(Checkpoints()[^1]);

        using OpenStore again = OpenStore.Open(_disk);

        Check(again);
    }

    [Fact]
    public void Store_takes_checkpoints_and_opens_as_ever_when_it_has_fallen_back_once()
    {
        Live(checkpoints: 3);
        Flip(Checkpoints()[^1]);
        Live(checkpoints: 3);

        using (OpenStore again = OpenStore.Open(_disk.PowerLoss()))
        {
            Check(again);
            Assert.Null(again.Report.DamagedCheckpoint);
        }
    }

    // Carry-over and expiry between the two checkpoints: what the older one refers to must be there still.
    [Fact]
    public void Every_retained_message_is_read_from_the_checkpoint_before_when_segments_were_recycled()
    {
        using (OpenStore open = OpenStore.Open(_disk))
        {
            int recycled = 0;
            for (int round = 0; round < 8; round++)
            {
                Publish(open, 300);
                open.Store.Expire(2, open.Store.Extent(2).End);
                recycled += open.Wait(() => open.Store.ReclaimAsync(CancellationToken.None)).SegmentsRecycled;
                Checkpoint(open);
            }

            Assert.True(recycled > 5);
        }

        Flip(Checkpoints()[^1]);
        using OpenStore again = OpenStore.Open(_disk);

        Check(again);
    }

    [Fact]
    public void Opening_says_what_to_do_when_both_checkpoints_rotted()
    {
        Live(checkpoints: 3);
        Flip(Checkpoints()[^1]);
        Flip(Checkpoints()[^2]);

        StoreException refused = Assert.Throws<StoreException>(() => OpenStore.Open(_disk));

        Assert.Equal(ErrorCode.LogDamaged, refused.Error);
        Assert.Contains("Restore the data folder from a backup", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Opening_says_what_to_do_when_the_checkpoint_before_was_given_up_for_space()
    {
        _disk.Faults.CapacityBytes = 1024 * 1024;
        using (OpenStore open = OpenStore.Open(_disk))
        {
            while (open.Store.TryAppend([Drafts.Published(2, new string('x', 4_000))], out _) != AppendOutcome.DiskFull)
            {
                open.Pumps.RunUntilIdle();
            }

            Checkpoint(open);
            open.Store.Expire(2, open.Store.Extent(2).End);
            open.Wait(() => open.Store.ReclaimAsync(CancellationToken.None));
            Checkpoint(open);
            ReclaimReport report = open.Wait(() => open.Store.ReclaimAsync(CancellationToken.None));
            Assert.True(report.SegmentsRecycled > 0);
        }

        _disk.Faults.CapacityBytes = long.MaxValue;
        Flip(Checkpoints()[^1]);
        StoreException refused = Assert.Throws<StoreException>(() => OpenStore.Open(_disk));

        Assert.Contains("is missing", refused.Message, StringComparison.Ordinal);
    }

    private void Live(int checkpoints)
    {
        using OpenStore open = OpenStore.Open(_disk);
        Publish(open, 150);
        for (int i = 0; i < checkpoints; i++)
        {
            Checkpoint(open);
            Publish(open, 150);
        }
    }

    private void Publish(OpenStore open, int messages)
    {
        for (int i = 0; i < messages; i++)
        {
            open.Commit(Drafts.Published(1, $"message {++_published}"));
            open.Commit(Drafts.Published(2, new string('x', 300)));
        }
    }

    private void Check(OpenStore open)
    {
        Assert.Equal(new Offset(_published + 1), open.Store.Extent(1).End);
        Offset next = Offset.First;
        while (next.Value <= _published)
        {
            Offset from = next;
            using StoredRuns runs = open.Wait(() => open.Store.ReadAsync(1, from, 5_000, CancellationToken.None));
            Assert.True(runs.Count > 0);
            for (int i = 0; i < runs.Count; i++)
            {
                Assert.Equal(Drafts.Run($"message {next.Value}"), runs[i].Messages.ToArray());
                next = next.Next;
            }
        }
    }

    private static void Checkpoint(OpenStore open) => open.Wait(() => open.Store.CheckpointAsync(new PassiveSource(open.Store), CancellationToken.None));

    private DiskPath[] Checkpoints() => [.. _disk.List(_folder).Order()];

    private void Flip(DiskPath path)
    {
        using IDiskFile file = _disk.Open(path, DiskOpen.ReadOnly);
        _disk.FlipBit(path, file.Length / 2, 3);
    }
}
