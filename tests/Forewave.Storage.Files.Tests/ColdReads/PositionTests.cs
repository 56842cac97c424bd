using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.ColdReads;

/// <summary>A message is found by the position it was published at, wherever it stands by now.</summary>
public sealed class PositionTests
{
    private const int Messages = 400;
    private readonly UnreadableDisk _disk = new(new MemoryDisk());
    private readonly List<LogPosition> _kept = [];
    private readonly List<LogPosition> _expired = [];

    [Fact]
    public void Messages_are_found_after_their_segments_were_recycled_and_the_store_opened_again()
    {
        using (OpenStore open = Carried())
        {
            CheckKept(open);
            Checkpoint(open);
            CheckKept(open);
        }

        for (int life = 0; life < 2; life++)
        {
            using OpenStore again = OpenStore.Open(_disk);
            CheckKept(again);
        }
    }

    [Fact]
    public void Messages_are_found_when_they_were_carried_over_twice()
    {
        using OpenStore open = Carried();
        int segments = open.Store.Usage.Segments;
        Fill(open, queue: 3);
        open.Store.Expire(3, open.Store.Extent(3).End);
        Rounds(open);

        Assert.InRange(open.Store.Usage.Segments, 1, segments + 3);
        CheckKept(open);
    }

    [Fact]
    public void Messages_are_found_after_a_crash_that_came_before_the_next_checkpoint()
    {
        OpenStore open = OpenStore.Open(_disk);
        Fill(open, queue: 1, second: 2);
        open.Store.Expire(1, open.Store.Extent(1).End);
        Checkpoint(open);
        Assert.True(open.Wait(() => open.Store.ReclaimAsync(CancellationToken.None)).CarriedOver.Value > 0);
        open.Dispose();

        using OpenStore again = OpenStore.Open(_disk);
        Rounds(again);

        CheckKept(again);
    }

    [Fact]
    public void Nothing_is_found_at_positions_that_are_gone_or_were_never_given()
    {
        using OpenStore open = Carried();
        LogPosition tail = open.Store.Tail;

        Assert.All(_expired.Take(20), position => Assert.Null(open.Wait(() => open.Store.ReadMessageAsync(position, CancellationToken.None))));
        Assert.Null(open.Wait(() => open.Store.ReadMessageAsync(tail.Plus(1), CancellationToken.None)));
    }

    // Not by way of every header before it.
    [Fact]
    public void Message_of_an_old_segment_costs_few_reads_after_an_opening()
    {
        const int Segment = 1024 * 1024;
        FilesStoreOptions options = OpenStore.Small(_disk) with { SegmentBytes = Segment, BlockBytes = Segment, RecentMemoryBytes = 4 * Segment };
        List<LogPosition> positions = [];
        using (OpenStore open = OpenStore.Open(options))
        {
            for (int i = 0; i < 2_500; i++)
            {
                positions.Add(open.Commit(Drafts.Published(1, new string('x', 1_000))));
            }

            Checkpoint(open);
        }

        using OpenStore again = OpenStore.Open(options);
        int before = _disk.Reads;
        using StoredRuns? runs = again.Wait(() => again.Store.ReadMessageAsync(positions[900], CancellationToken.None));

        Assert.Equal(positions[900], runs?[0].Header.Position);
        Assert.InRange(_disk.Reads - before, 1, 70);
    }

    // Little of what is in the old segments is needed; they are recycled.
    private OpenStore Carried()
    {
        OpenStore open = OpenStore.Open(_disk);
        Fill(open, queue: 1, second: 2);
        open.Store.Expire(1, open.Store.Extent(1).End);
        Rounds(open);
        Assert.InRange(open.Store.Usage.Segments, 1, 4);
        return open;
    }

    private static void Rounds(OpenStore open)
    {
        for (int i = 0; i < 4; i++)
        {
            Checkpoint(open);
            open.Wait(() => open.Store.ReclaimAsync(CancellationToken.None));
        }
    }

    private void Fill(OpenStore open, uint queue, uint second = 0)
    {
        for (int i = 0; i < Messages; i++)
        {
            _expired.Add(open.Commit(Drafts.Published(queue, new string('x', 1_000))));
            if (second != 0 && i % 4 == 0)
            {
                _kept.Add(open.Commit(Drafts.Published(second, $"{i}-a", $"{i}-b")));
            }
        }
    }

    private void CheckKept(OpenStore open)
    {
        for (int i = 0; i < _kept.Count; i++)
        {
            Check(open, _kept[i], $"{4 * i}-a", new Offset((2 * i) + 1));
            Check(open, _kept[i].Plus(1), $"{4 * i}-b", new Offset((2 * i) + 2));
        }
    }

    private static void Check(OpenStore open, LogPosition position, string body, Offset offset)
    {
        using StoredRuns? runs = open.Wait(() => open.Store.ReadMessageAsync(position, CancellationToken.None));
        StoredRun run = runs?[0] ?? throw new InvalidOperationException($"{position} was not found");
        Assert.Equal(position, run.Header.Position);
        Assert.Equal(RecordType.Published, run.Header.Type);
        Assert.Equal(offset, run.First);
        Assert.Equal(Drafts.Run(body), run.Messages.ToArray());
    }

    private static void Checkpoint(OpenStore open) => open.Wait(() => open.Store.CheckpointAsync(new PassiveSource(open.Store), CancellationToken.None));
}
