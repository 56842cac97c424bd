using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.GroupCommit;

public sealed class AppendLimitTests
{
    private const int HeaderBytes = 64;

    [Fact]
    public void Append_is_refused_when_it_is_larger_than_the_store_takes()
    {
        using OpenStore open = OpenStore.Open(new MemoryDisk());
        LogPosition tail = open.Store.Tail;

        Assert.Throws<ArgumentException>(() => open.Append(Drafts.Other(RecordType.Settled, open.Store.MaxAppendBytes - HeaderBytes + 1)));

        Assert.Equal(tail, open.Store.Tail);
    }

    [Fact]
    public void Append_is_refused_when_its_last_record_joins_one_of_another_call()
    {
        using OpenStore open = OpenStore.Open(new MemoryDisk());

        Assert.Throws<ArgumentException>(() => open.Append(Drafts.Other(RecordType.Settled, 1, joinsNext: true)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1_000)]
    public void Append_of_the_greatest_size_survives_whatever_its_records_are(int payloadBytes)
    {
        MemoryDisk disk = new();
        int count;
        using (OpenStore open = OpenStore.Open(disk))
        {
            count = open.Store.MaxAppendBytes / (HeaderBytes + payloadBytes);
            open.Commit(Drafts.Other(RecordType.Settled, 5));
            open.Commit([.. Enumerable.Range(0, count).Select(i => Drafts.Other(RecordType.Leased, payloadBytes, joinsNext: i + 1 < count))]);
        }

        using OpenStore again = OpenStore.Open(disk);

        Assert.Equal(count, again.Fold.Applied.Count(applied => applied.Record.Header.Type == RecordType.Leased));
    }

    [Fact]
    public void Append_of_ten_thousand_messages_and_one_of_4_MiB_survive_when_blocks_are_smaller()
    {
        MemoryDisk disk = new();
        FilesStoreOptions options = OpenStore.Small(disk) with { SegmentBytes = 8 * 1024 * 1024 };
        string large = new('m', Limits.MessageBytes);
        using (OpenStore open = OpenStore.Open(options))
        {
            open.Append([.. Enumerable.Range(0, 10_000).Select(i => Drafts.Published(1, $"message {i}"))]);
            open.Pumps.RunUntilIdle();
            open.Append(Drafts.Published(2, large));
            open.Commit(Drafts.Published(1, "last"));
        }

        using OpenStore again = OpenStore.Open(options);

        Assert.Equal(new Offset(10_002), again.Store.Extent(1).End);
        using StoredRuns runs = again.Wait(() => again.Store.ReadAsync(2, Offset.First, 1, CancellationToken.None));
        Assert.Equal(Drafts.Run(large), runs[0].Messages.ToArray());
    }
}
