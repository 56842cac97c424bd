using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.ColdReads;

public sealed class RunReaderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Reader_gives_each_queue_its_runs_however_they_lie(int seed)
    {
        Random random = new(seed);
        MemoryDisk disk = new();
        Dictionary<uint, List<string>> written = Publish(disk, random);

        using OpenStore open = OpenStore.Open(disk);
        foreach ((uint queue, List<string> bodies) in written)
        {
            Assert.Equal(bodies.Select(body => Drafts.Run(body)), ReadAll(open, queue, random));
        }
    }

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    public void Windows_of_one_message_give_these_messages_alone(int seed)
    {
        Random random = new(seed);
        MemoryDisk disk = new();
        Dictionary<uint, List<string>> written = Publish(disk, random);

        using OpenStore open = OpenStore.Open(disk);
        foreach ((uint queue, List<string> bodies) in written)
        {
            int[] wanted = [.. Enumerable.Range(0, bodies.Count).Where(_ => random.Next(3) == 0)];
            ReadWindow[] windows = [.. wanted.Select(i => new ReadWindow(Offset.First.Plus(i), Offset.First.Plus(i + 1), 1))];

            using StoredRuns runs = open.Wait(() => open.Store.ReadWindowsAsync(queue, windows, CancellationToken.None));

            Assert.Equal(windows.Select(window => window.First), Enumerable.Range(0, runs.Count).Select(i => runs[i].First));
            Assert.Equal(wanted.Select(i => Drafts.Run(bodies[i])), Enumerable.Range(0, runs.Count).Select(i => runs[i].Messages.ToArray()));
        }
    }

    [Fact]
    public void Windows_that_have_more_than_was_planned_are_read_in_part()
    {
        MemoryDisk disk = new();
        using (OpenStore open = OpenStore.Open(disk))
        {
            for (int i = 0; i < 100; i++)
            {
                open.Commit(Drafts.Published(1, new string('x', 20_000)));
            }
        }

        using OpenStore again = OpenStore.Open(disk);
        ReadWindow[] windows = [.. Enumerable.Range(0, 100).Select(i => new ReadWindow(Offset.First.Plus(i), Offset.First.Plus(i + 1), 1))];

        using StoredRuns runs = again.Wait(() => again.Store.ReadWindowsAsync(1, windows, CancellationToken.None));

        Assert.InRange(runs.Count, 1_048_576 / 21_000, 1 + (1_048_576 / 20_000));
    }

    private static Dictionary<uint, List<string>> Publish(IDisk disk, Random random)
    {
        Dictionary<uint, List<string>> written = [];
        using OpenStore open = OpenStore.Open(disk);
        for (int i = 0; i < 400; i++)
        {
            // One queue in long stretches, others scattered; most bodies small, some larger than a read.
            uint queue = random.Next(3) > 0 ? 1 : (uint)random.Next(2, 6);
            string body = new((char)('a' + (i % 26)), random.Next(20) == 0 ? random.Next(20_000) : random.Next(300));
            open.Commit(Drafts.Published(queue, body));
            (written.TryGetValue(queue, out List<string>? bodies) ? bodies : written[queue] = []).Add(body);
        }

        return written;
    }

    private static List<byte[]> ReadAll(OpenStore open, uint queue, Random random)
    {
        List<byte[]> all = [];
        Offset next = Offset.First;
        while (next < open.Store.Extent(queue).End)
        {
            int most = random.Next(1, 100_000);
            using StoredRuns runs = open.Wait(() => open.Store.ReadAsync(queue, next, most, CancellationToken.None));
            for (int i = 0; i < runs.Count; i++)
            {
                Assert.Equal(next, runs[i].First);
                all.Add(runs[i].Messages.ToArray());
                next = next.Plus(runs[i].Count);
            }
        }

        return all;
    }
}
