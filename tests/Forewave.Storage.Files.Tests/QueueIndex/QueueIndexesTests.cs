using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.QueueIndex;

namespace Forewave.Storage.Files.Tests.QueueIndex;

public sealed class QueueIndexesTests
{
    private const uint Queue = 7;

    [Fact]
    public void Index_answers_as_its_model_through_checkpoints_and_power_losses()
    {
        for (int seed = 1; seed <= 40; seed++)
        {
            using IndexWorkload workload = new(seed);
            try
            {
                workload.Run(steps: 150);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }
        }
    }

    [Fact]
    public void Append_ignores_what_is_known_and_refuses_a_gap()
    {
        using QueueIndexes index = Opened(new MemoryDisk());
        IndexEntry run = new(Offset.First, 3, new RecordLocation(1), new Timestamp(1));
        index.Append(Queue, run, payloadBytes: 30);

        index.Append(Queue, run with { Location = new RecordLocation(2) }, payloadBytes: 30);

        Assert.Equal(run, index.Find(Queue, new Offset(2)));
        Assert.Equal(30UL, index.Extent(Queue).Bytes);
        Assert.Throws<InvalidOperationException>(() => index.Append(Queue, run with { First = new Offset(5) }, payloadBytes: 1));
    }

    [Theory]
    [InlineData(10, 5)]
    [InlineData(5_000, 4_990)]
    [InlineData(5_000, 100)]
    [InlineData(5_000, 1)]
    public void Append_wins_over_what_is_known_when_records_before_it_were_lost(int known, int given)
    {
        using QueueIndexes index = Opened(new MemoryDisk());
        for (int i = 1; i <= known; i++)
        {
            index.Append(Queue, new IndexEntry(new Offset(i), 1, new RecordLocation((ulong)i), new Timestamp(i)), 10);
        }

        index.NoteHole();
        IndexEntry next = new(new Offset(given), 3, new RecordLocation(9_000), new Timestamp(9_000));
        index.Append(Queue, next, 30);
        index.Append(Queue, next with { First = next.First.Plus(3) }, 30);

        Assert.Equal(new Offset(given + 6), index.Extent(Queue).End);
        Assert.Equal(next, index.Find(Queue, new Offset(given + 2)));
        for (int i = 1; i < given; i++)
        {
            Assert.Equal((ulong)i, index.Find(Queue, new Offset(i))?.Location.Bits);
        }
    }

    [Fact]
    public void FindRange_gives_consecutive_runs_across_blocks()
    {
        using QueueIndexes index = Opened(new MemoryDisk());
        for (int i = 0; i < 10_000; i++)
        {
            index.Append(Queue, new IndexEntry(new Offset(1 + (2 * i)), 2, new RecordLocation((ulong)i), new Timestamp(i)), 10);
        }

        IndexEntry[] runs = new IndexEntry[9_000];
        int count = index.FindRange(Queue, new Offset(1002), runs, new Offset(long.MaxValue));
        int few = index.FindRange(Queue, new Offset(1002), new IndexEntry[200], new Offset(1203));
        int one = index.FindRange(Queue, new Offset(1002), new IndexEntry[200], new Offset(1003));

        Assert.Equal((9_000, 101, 1), (count, few, one));
        Assert.Equal(Enumerable.Range(500, 9_000).Select(i => (ulong)i), runs.Select(run => run.Location.Bits));
    }

    [Fact]
    public void Expire_beyond_the_end_frees_the_blocks_after_two_checkpoints()
    {
        MemoryDisk disk = new();
        using QueueIndexes index = Opened(disk);
        FillBlocks(index, Queue);
        long before = index.DiskBytes;

        index.Expire(Queue, index.Extent(Queue).End.Next);
        TakeCheckpoint(index);
        TakeCheckpoint(index);
        FillBlocks(index, Queue + 1);

        Assert.Equal(before, index.DiskBytes);
        Assert.Null(index.Find(Queue, Offset.First));
        Assert.NotNull(index.Find(Queue + 1, Offset.First));
    }

    // A crash follows: nobody who comes later knows of blocks that are in no queue's part and count as used.
    [Fact]
    public void Blocks_are_free_after_a_restart_when_their_queue_was_deleted_in_the_middle_of_the_checkpoint()
    {
        MemoryDisk disk = new();
        long before;
        WrittenParts parts = new();
        using (QueueIndexes index = Opened(disk))
        {
            FillBlocks(index, Queue + 1);
            before = index.DiskBytes;
            index.Append(Queue, new IndexEntry(Offset.First, 1, default, default), 1);
            parts.OnFirst = () => index.Expire(Queue + 1, index.Extent(Queue + 1).End.Next);
            index.WriteTo(parts);
            index.CheckpointIsDurable();
        }

        using QueueIndexes again = new(disk, new DiskPath("index"));
        parts.Parts.ForEach(part => again.Load(part.Id, part.State));
        Assert.DoesNotContain(parts.Parts, part => part.Id == Queue + 1);
        again.Open();
        TakeCheckpoint(again);
        TakeCheckpoint(again);
        FillBlocks(again, Queue + 3);

        Assert.Equal(before, again.DiskBytes);
    }

    [Fact]
    public void Find_reports_a_damaged_block_when_it_is_read()
    {
        MemoryDisk disk = new();
        using QueueIndexes index = new(disk, new DiskPath("index"), cachedBlocks: 1);
        index.Open();
        FillBlocks(index, Queue);
        using (IDiskFile file = disk.Open(new DiskPath("index/000000.index"), DiskOpen.OpenExisting))
        {
            file.Write(100, [0xFF, 0xFF, 0xFF]);
        }

        StoreException failure = Assert.Throws<StoreException>(() => index.Find(Queue, Offset.First));

        Assert.Equal(ErrorCode.StoreUnavailable, failure.Error);
    }

    [Fact]
    public void Append_of_many_runs_is_as_one_after_the_other()
    {
        const int Records = 1_000;
        const int Queues = 7;
        using QueueIndexes together = Opened(new MemoryDisk());
        using QueueIndexes apart = Opened(new MemoryDisk());
        CommittedRecord[] records = new CommittedRecord[Records];
        IndexPlace[] places = new IndexPlace[Records];
        for (int i = 0; i < Records; i++)
        {
            RecordHeader header = new()
            {
                Type = RecordType.Published, Position = LogPosition.FromBits((ulong)i + 1), Count = 1, Time = new Timestamp(i),
            };
            records[i] = new CommittedRecord(header, new RecordLocation((ulong)i), PayloadBytes: i);
            places[i] = new IndexPlace((uint)(i % Queues) + 1, new Offset((i / Queues) + 1));
        }

        together.Append(records, places);
        for (int i = 0; i < Records; i++)
        {
            apart.Append(places[i].Index, new IndexEntry(places[i].First, 1, records[i].Location, records[i].Header.Time), records[i].PayloadBytes);
        }

        foreach (IndexPlace place in places)
        {
            Assert.NotNull(together.Find(place.Index, place.First));
            Assert.Equal(apart.Find(place.Index, place.First), together.Find(place.Index, place.First));
            Assert.Equal(apart.Extent(place.Index), together.Extent(place.Index));
        }
    }

    private static QueueIndexes Opened(IDisk disk)
    {
        QueueIndexes index = new(disk, new DiskPath("index"));
        index.Open();
        return index;
    }

    private static void FillBlocks(QueueIndexes index, uint queue)
    {
        for (int i = 0; i < 5_000; i++)
        {
            index.Append(queue, new IndexEntry(new Offset(1 + i), 1, new RecordLocation((ulong)i), new Timestamp(i)), 10);
        }
    }

    private static void TakeCheckpoint(QueueIndexes index)
    {
        index.WriteTo(new DiscardingWriter());
        index.CheckpointIsDurable();
    }

    private sealed class WrittenParts : IStateWriter
    {
        public List<(uint Id, byte[] State)> Parts { get; } = [];

        public Action? OnFirst { get; set; }

        public void Write(in StatePart part, ReadOnlySpan<byte> state)
        {
            Parts.Add((part.Id, state.ToArray()));
            OnFirst?.Invoke();
            OnFirst = null;
        }
    }

    private sealed class DiscardingWriter : IStateWriter
    {
        public void Write(in StatePart part, ReadOnlySpan<byte> state)
        {
        }
    }
}
