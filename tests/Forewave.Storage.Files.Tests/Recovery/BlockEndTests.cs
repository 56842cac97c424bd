using Forewave.Protocol;
using Forewave.Storage.Files.Disk.Simulation;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.Recovery;

/// <summary>The writer goes on at a page when it takes another block of memory, and what lies before that page are whole records that it wrote before.</summary>
public sealed class BlockEndTests
{
    private const int Messages = 2_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void First_record_of_a_block_comes_through_a_crash(int seed)
    {
        Random random = new(seed);
        PowerLossDisk disk = new(seed);
        string[] bodies = [.. Enumerable.Range(0, Messages).Select(i => $"{i}-{new string('x', random.Next(10, 1_500))}")];
        using (OpenStore open = OpenStore.Open(Options(disk)))
        {
            // What is written at once spans two blocks, so that what lies between them is written too.
            foreach (string[] group in bodies.Chunk(20))
            {
                foreach (string body in group)
                    open.Append(Drafts.Published(1, body));
                open.Pumps.RunUntilIdle();
            }
        }

        // The second opening reads what the first one wrote again.
        for (int opening = 0; opening < 2; opening++)
        {
            disk = disk.PowerLoss();
            using OpenStore again = OpenStore.Open(Options(disk));
            Assert.Empty(again.Fold.Lost);
            using StoredRuns runs = again.Wait(() => again.Store.ReadAsync(1, new Offset(1), int.MaxValue, CancellationToken.None));
            Assert.Equal(Messages, Enumerable.Range(0, runs.Count).Sum(i => runs[i].Count));
            for (int i = 0; i < runs.Count; i++)
                Assert.Equal(Drafts.Run(bodies[runs[i].First.Value - 1]), runs[i].Messages.ToArray());
        }
    }

    // Memory for a quarter of a segment: its blocks are used again within one.
    private static FilesStoreOptions Options(PowerLossDisk disk) => OpenStore.Small(disk) with
    {
        SegmentBytes = 1024 * 1024, BlockBytes = 64 * 1024, RecentMemoryBytes = 256 * 1024, CheckpointIntervalBytes = 1L << 40,
    };
}
