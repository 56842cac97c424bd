namespace Forewave.Coordination.ZooKeeper.Tests;

[Collection(ZooKeeperGroup.Name)]
[Trait("Suite", "zookeeper")]
public class LeakTests(ZooKeeperServer server)
{
    private const long MaxGrowthBytes = 24L << 20;

    [Fact]
    public async Task Threads_descriptors_and_memory_stay_flat_over_sessions()
    {
        await RoundsAsync(1_000, 20);
        long before = ResidentBytes();
        int threads = Directory.GetDirectories("/proc/self/task").Length;
        int descriptors = Directory.GetFiles("/proc/self/fd").Length;

        int rounds = Environment.GetEnvironmentVariable("FOREWAVE_NIGHTLY") is null ? 150 : 5_000;
        await RoundsAsync(2_000, rounds);

        long growth = ResidentBytes() - before;
        Assert.True(growth < MaxGrowthBytes, $"{growth} bytes more after {rounds} sessions");
        // The pool and other tests have some of both; a session that left one would leave as many as there were rounds.
        Assert.InRange(Directory.GetDirectories("/proc/self/task").Length, 0, threads + 40);
        Assert.InRange(Directory.GetFiles("/proc/self/fd").Length, 0, descriptors + 40);
    }

    private async Task RoundsAsync(int first, int rounds)
    {
        for (int i = 0; i < rounds; i++)
        {
            // One for each: the server may still be about to end the session before.
            var partition = new PartitionNumber((ushort)(first + i));
            await using ZooKeeperSession session = await ZooKeeperServer.OpenAsync(server.Address);
            Assert.True(await session.AnnounceAsync(partition, BrokerRole.Master, Records.Broker("a"), default));
            GroupView view = await Wait.ForAsync(session, partition, view => view.Master is not null);
            SetResult set = await session.SetAsync(partition, Records.Of(1, "a"), view.Group?.Version, default);
            Assert.Equal(SetOutcome.Done, set.Outcome);
        }
    }

    private static long ResidentBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return long.Parse(File.ReadAllText("/proc/self/statm").Split(' ')[1]) * Environment.SystemPageSize;
    }
}
