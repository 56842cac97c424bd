using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Deduplication;

/// <summary>
/// Publishes with ids against a naive memory of them: with tables so small that nearly all ids are in slices, which merge, with a
/// clock that moves past windows, with restarts, clean and not.
/// </summary>
public sealed class ModelTests
{
    private static readonly string[] Queues = ["orders", "returns", "mails"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Every_answer_is_that_of_the_model(int seed)
    {
        var random = new Random(seed);
        var time = new MovedTime();
        var disk = new MemoryDisk();
        var model = new Dictionary<(string Queue, string Id), (ulong Position, DateTimeOffset Time)>();
        ulong producers = 0;

        for (int life = 0; life < 5; life++)
        {
            await using var engine = await TestEngine.StartOnDiskAsync(disk, time, Options(random));
            for (int visit = 0; visit < 4; visit++)
            {
                var client = await TestClient.GreetedAsync(engine.Engine);
                await VisitAsync(client, new ProducerId(++producers), model, random, time);
                time.Move(TimeSpan.FromSeconds(random.Next(240)));
            }
        }
    }

    private static BrokerOptions Options(Random random) => new()
    {
        StopGrace = TimeSpan.Zero,
        DeduplicationTableIds = random.Next(40, 120),
        CheckpointInterval = TimeSpan.FromSeconds(random.Next(20, 400)),
    };

    private static async Task VisitAsync(
        TestClient client, ProducerId id, Dictionary<(string Queue, string Id), (ulong Position, DateTimeOffset Time)> model, Random random,
        MovedTime time)
    {
        uint producer = await client.OpenProducerAsync(id);
        var queues = new uint[Queues.Length];
        for (int i = 0; i < queues.Length; i++)
            queues[i] = await client.OpenQueueAsync(Queues[i]);
        ulong sequence = 1;
        for (int i = 0; i < 60; i++)
        {
            int queue = random.Next(queues.Length);
            string?[] ids = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => random.Next(8) == 0 ? null : $"id-{random.Next(2_500)}")];
            var answer = await client.PublishAsync(producer, DeduplicationTests.Batch(queues[queue], sequence, ids));
            sequence += (ulong)ids.Length;
            Check(answer, Queues[queue], ids, model, time.GetUtcNow());
        }
    }

    private static void Check(
        V1.PublishedBatch answer, string queue, string?[] ids,
        Dictionary<(string Queue, string Id), (ulong Position, DateTimeOffset Time)> model, DateTimeOffset now)
    {
        Assert.Null(answer.Error);
        for (int i = 0; i < ids.Length; i++)
        {
            ulong position = answer.Positions.Count > 0 ? answer.Positions[i] : answer.FirstPosition + (ulong)i;
            bool isRepeat = answer.Duplicate || (answer.Repeated.Length > i / 8 && (answer.Repeated[i / 8] & 1 << (i % 8)) != 0);
            bool isKnown = ids[i] is { } id && model.TryGetValue((queue, id), out var known) && now - known.Time < TimeSpan.FromMinutes(10);
            Assert.Equal(isKnown, isRepeat);
            if (isKnown)
                Assert.Equal(model[(queue, ids[i]!)].Position, position);
            else if (ids[i] is { } fresh)
                model[(queue, fresh)] = (position, now);
        }
    }
}
