using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Disk.Simulation;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.Reclaim;

public sealed class ReclaimTests
{
    private const int Messages = 400;

    [Fact]
    public void Segments_are_recycled_when_nothing_in_them_is_retained()
    {
        using OpenStore open = OpenStore.Open(new MemoryDisk());
        Fill(open, queue: 1);
        open.Store.Expire(1, open.Store.Extent(1).End);

        int before = open.Store.Usage.Segments;
        Rounds(open);

        Assert.InRange(open.Store.Usage.Segments, 1, 2);
        Assert.True(before > 5);
    }

    [Fact]
    public void Segments_stay_when_no_checkpoint_came_after_they_died()
    {
        using OpenStore open = OpenStore.Open(new MemoryDisk());
        Fill(open, queue: 1);
        open.Wait(() => open.Store.CheckpointAsync(new PassiveSource(open.Store), CancellationToken.None));
        open.Store.Expire(1, open.Store.Extent(1).End);

        int before = open.Store.Usage.Segments;
        open.Wait(() => open.Store.ReclaimAsync(CancellationToken.None));
        open.Wait(() => open.Store.ReclaimAsync(CancellationToken.None));

        Assert.Equal(before, open.Store.Usage.Segments);
    }

    [Fact]
    public void Live_messages_are_carried_over_when_little_of_a_segment_is_needed()
    {
        MemoryDisk disk = new();
        using (OpenStore open = OpenStore.Open(disk))
        {
            Fill(open, queue: 1, second: 2);
            open.Store.Expire(1, open.Store.Extent(1).End);

            long carried = Rounds(open);

            Assert.True(carried > 0);
            Assert.InRange(open.Store.Usage.Segments, 1, 4);
            CheckSecond(open);
        }

        using OpenStore again = OpenStore.Open(disk);
        CheckSecond(again);
    }

    [Fact]
    public void Carried_messages_stay_when_a_checkpoint_came_between_their_commit_and_the_turn_of_the_index()
    {
        using OpenStore open = OpenStore.Open(new MemoryDisk());
        Fill(open, queue: 1, second: 2);
        open.Store.Expire(1, open.Store.Extent(1).End);
        open.Wait(() => open.Store.CheckpointAsync(new PassiveSource(open.Store), CancellationToken.None));
        HeldContext held = new();
        LogPosition tail = open.Store.Tail;
        Task<ReclaimReport> reclaim = held.Begin(() => open.Store.ReclaimAsync(CancellationToken.None).AsTask());
        while (open.Store.Tail == tail)
        {
            open.Pumps.RunUntilIdle();
            held.RunPosted();
        }

        Fill(open, queue: 3);
        open.Wait(() => open.Store.CheckpointAsync(new PassiveSource(open.Store), CancellationToken.None));
        while (!reclaim.IsCompleted)
        {
            open.Pumps.RunUntilIdle();
            held.RunPosted();
        }

        open.Store.Expire(3, open.Store.Extent(3).End);
        Rounds(open);
        CheckSecond(open);
    }

    [Fact]
    public void Live_messages_are_carried_over_when_those_before_them_expire_meanwhile()
    {
        using OpenStore open = OpenStore.Open(new MemoryDisk());
        Fill(open, queue: 1, second: 2);
        open.Store.Expire(1, open.Store.Extent(1).End);
        open.Wait(() => open.Store.CheckpointAsync(new PassiveSource(open.Store), CancellationToken.None));
        HeldContext held = new();
        Task<ReclaimReport> reclaim = held.Begin(() => open.Store.ReclaimAsync(CancellationToken.None).AsTask());

        // It has asked a reader for what is alive from the first message on, and that is expired when the reader looks.
        open.Store.Expire(2, new Offset(5));
        while (!reclaim.IsCompleted)
        {
            open.Pumps.RunUntilIdle();
            held.RunPosted();
        }

        Rounds(open);
        CheckSecond(open, expired: 2);
    }

    [Fact]
    public void Carried_messages_are_read_from_their_new_place_when_the_store_crashed_after_the_carry_over()
    {
        PowerLossDisk disk = new(seed: 3);
        OpenStore open = OpenStore.Open(disk);
        Fill(open, queue: 1, second: 2);
        open.Store.Expire(1, open.Store.Extent(1).End);
        open.Wait(() => open.Store.CheckpointAsync(new PassiveSource(open.Store), CancellationToken.None));
        ReclaimReport report = open.Wait(() => open.Store.ReclaimAsync(CancellationToken.None));

        using OpenStore again = OpenStore.Open(disk.PowerLoss());

        Assert.True(report.CarriedOver.Value > 0);
        CheckSecond(again);
    }

    [Fact]
    public void Reclaim_goes_on_when_a_live_message_cannot_be_read()
    {
        UnreadableDisk disk = new(new MemoryDisk());
        using OpenStore open = OpenStore.Open(disk);
        Fill(open, queue: 1, second: 2);
        open.Store.Expire(1, open.Store.Extent(1).End);
        disk.MakeUnreadable(disk.List(new DiskPath("segments"))[0], new ByteRange { Offset = 20_480, LengthBytes = 512 });

        Rounds(open);

        Assert.Empty(open.Observer.Stops);
        using StoredRuns runs = open.Wait(() => open.Store.ReadAsync(2, new Offset(199), 10_000, CancellationToken.None));
        Assert.Equal(Drafts.Run("396-a", "396-b"), runs[0].Messages.ToArray());
    }

    [Fact]
    public void Segments_are_recycled_later_when_the_disk_was_too_full_for_a_manifest()
    {
        PowerLossDisk disk = new(seed: 1);
        using OpenStore open = OpenStore.Open(disk);
        Fill(open, queue: 1);
        open.Store.Expire(1, open.Store.Extent(1).End);
        open.Wait(() => open.Store.CheckpointAsync(new PassiveSource(open.Store), CancellationToken.None));
        open.Wait(() => open.Store.ReclaimAsync(CancellationToken.None));
        open.Wait(() => open.Store.CheckpointAsync(new PassiveSource(open.Store), CancellationToken.None));
        open.Wait(() => open.Store.CheckpointAsync(new PassiveSource(open.Store), CancellationToken.None));
        disk.BeforeOperation = operation =>
        {
            if (operation.Kind == DiskOperationKind.Write && operation.Path == new DiskPath("MANIFEST.new"))
            {
                throw new DiskException(operation.Kind, operation.Path, Errno.NoSpace);
            }
        };
        StoreException refused = Assert.Throws<StoreException>(() => open.Wait(() => open.Store.ReclaimAsync(CancellationToken.None)));

        disk.BeforeOperation = null;
        ReclaimReport report = open.Wait(() => open.Store.ReclaimAsync(CancellationToken.None));

        Assert.Equal(ErrorCode.DiskFull, refused.Error);
        Assert.True(report.SegmentsRecycled > 5);
        Assert.Empty(open.Observer.Stops);
    }

    [Fact]
    public void Segments_are_recycled_and_live_messages_kept_when_the_summaries_are_gone()
    {
        MemoryDisk disk = new();
        using OpenStore open = OpenStore.Open(disk);
        Fill(open, queue: 1, second: 2);
        open.Wait(() => open.Store.CheckpointAsync(new PassiveSource(open.Store), CancellationToken.None));
        IReadOnlyList<DiskPath> summaries = disk.List(new DiskPath("summaries"));
        foreach (DiskPath summary in summaries)
        {
            disk.Delete(summary);
        }

        open.Store.Expire(1, open.Store.Extent(1).End);
        long carried = Rounds(open);

        Assert.True(summaries.Count > 5);
        Assert.True(carried > 0);
        Assert.InRange(open.Store.Usage.Segments, 1, 4);
        CheckSecond(open);
    }

    private static long Rounds(OpenStore open)
    {
        long carried = 0;
        for (int i = 0; i < 4; i++)
        {
            open.Wait(() => open.Store.CheckpointAsync(new PassiveSource(open.Store), CancellationToken.None));
            carried += open.Wait(() => open.Store.ReclaimAsync(CancellationToken.None)).CarriedOver.Value;
        }

        return carried;
    }

    private static void Fill(OpenStore open, uint queue, uint second = 0)
    {
        for (int i = 0; i < Messages; i++)
        {
            open.Commit(Drafts.Published(queue, new string('x', 1_000)));
            if (second != 0 && i % 4 == 0)
            {
                open.Commit(Drafts.Published(second, $"{i}-a", $"{i}-b"));
            }
        }
    }

    private static void CheckSecond(OpenStore open, int expired = 0)
    {
        Offset next = Offset.First.Plus(2 * expired);
        for (int i = 4 * expired; i < Messages; i += 4)
        {
            Offset from = next;
            using StoredRuns runs = open.Wait(() => open.Store.ReadAsync(2, from, 1, CancellationToken.None));
            Assert.Equal(Drafts.Run($"{i}-a", $"{i}-b"), runs[0].Messages.ToArray());
            Assert.Equal(RecordType.Published, runs[0].Header.Type);
            next = next.Plus(2);
        }

        Assert.Equal(next, open.Store.Extent(2).End);
    }
}
