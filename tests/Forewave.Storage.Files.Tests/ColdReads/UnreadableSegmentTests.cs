using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Segments;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.ColdReads;

public sealed class UnreadableSegmentTests
{
    private const int Runs = 600;

    [Fact]
    public void Reader_gets_all_other_runs_when_a_sector_cannot_be_read()
    {
        UnreadableDisk disk = new(new MemoryDisk());
        Publish(disk);
        using OpenStore open = OpenStore.Open(disk);
        disk.MakeUnreadable(FirstSegment(disk), new ByteRange { Offset = 20_480, LengthBytes = 512 });

        List<StoredRun> runs = ReadAll(open, out int most);

        Assert.Equal(Runs, runs.Count);
        Assert.InRange(runs.Count(run => run.Damaged), 1, 4);
        Assert.All(runs.Where(run => !run.Damaged), run => Assert.Equal(Drafts.Run(Body(run.First)), run.Messages.ToArray()));
        Assert.InRange(most, 1, 10_000 / 200);
    }

    [Fact]
    public void Reader_gets_all_other_runs_when_a_segment_file_is_gone()
    {
        MemoryDisk disk = new();
        Publish(disk);
        using OpenStore open = OpenStore.Open(disk);
        disk.Delete(FirstSegment(disk));

        List<StoredRun> runs = ReadAll(open, out int most);

        Assert.Equal(Runs, runs.Count);
        Assert.InRange(runs.Count(run => run.Damaged), 100, Runs - 100);
        Assert.InRange(most, 1, (10_000 / 64) + 1);
    }

    [Fact]
    public void Message_is_damaged_when_its_sector_cannot_be_read()
    {
        UnreadableDisk disk = new(new MemoryDisk());
        LogPosition first = Publish(disk);
        using OpenStore open = OpenStore.Open(disk);
        disk.MakeUnreadable(FirstSegment(disk), new ByteRange { Offset = 4_300, LengthBytes = 10 });

        using StoredRuns? runs = open.Wait(() => open.Store.ReadMessageAsync(first, CancellationToken.None));

        Assert.True(runs is { Count: 1 } && runs[0].Damaged);
    }

    private static LogPosition Publish(IDisk disk)
    {
        using OpenStore open = OpenStore.Open(disk);
        LogPosition first = open.Commit(Drafts.Published(1, Body(Offset.First)));
        for (int i = 2; i <= Runs; i++)
        {
            open.Commit(Drafts.Published(1, Body(new Offset(i))));
        }

        open.Wait(() => open.Store.CheckpointAsync(new NoState(open.Store), CancellationToken.None));
        return first;
    }

    private static string Body(Offset offset) => $"{offset.Value} " + new string('b', 200);

    // Segments before the checkpoint are not written again by recovery: the first of them has kept its file.
    private static DiskPath FirstSegment(IDisk disk) => disk.List(SegmentFileId.Folder)[0];

    private static List<StoredRun> ReadAll(OpenStore open, out int most)
    {
        List<StoredRun> all = [];
        most = 0;
        Offset next = Offset.First;
        while (next < open.Store.Extent(1).End)
        {
            using StoredRuns runs = open.Wait(() => open.Store.ReadAsync(1, next, 10_000, CancellationToken.None));
            most = Math.Max(most, runs.Count);
            for (int i = 0; i < runs.Count; i++)
            {
                Assert.Equal(next, runs[i].First);
                byte[] bytes = runs[i].Messages.ToArray();
                all.Add(new StoredRun(runs[i].Header, next, runs[i].Count, bytes, null));
                next = next.Plus(runs[i].Count);
            }
        }

        return all;
    }
}
