using Forewave.Broker.Tests.Fakes;
using Forewave.Storage;
using Forewave.Storage.Files.Disk;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Search;

/// <summary>
/// Looking up keys gives what looking at every message gives: with tables so small that nearly all keys are in slices, which merge;
/// with priorities, delays and purges, with restarts, clean and not, with pages of all sizes, and with slices that rotted.
/// </summary>
public sealed class SearchModelTests
{
    private const int Keys = 20;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Look_ups_find_what_reading_finds(int seed)
    {
        var random = new Random(seed);
        var time = new MovedTime();
        var disk = new MemoryDisk();
        List<string> published = [];
        for (int life = 1; life <= 5; life++)
        {
            await using var engine = await TestEngine.StartOnDiskAsync(disk, time, Options(random));
            var client = await SearchClient.ConnectAsync(engine.Engine, (ulong)life * 100);
            await CheckAsync(client, random, published);
            for (int visit = 1; visit <= 3; visit++)
            {
                await PublishAsync(client, random, published);
                time.Move(TimeSpan.FromSeconds(random.Next(120)));
                client = await SearchClient.ConnectAsync(engine.Engine, (ulong)(life * 100 + visit));
                await CheckAsync(client, random, published);
            }
            if (random.Next(4) == 0)
            {
                await client.AskAsync(new() { PurgeQueue = new() { Queue = SearchClient.Queue } });
                published.Clear();
            }
            if (life > 1 && random.Next(3) == 0)
                Rot(disk, random);
        }
    }

    private static BrokerOptions Options(Random random) => new()
    {
        StopGrace = TimeSpan.Zero,
        KeyTableEntries = random.Next(20, 200),
        KeyIndexMemoryBytes = random.Next(3) * 512,
        CheckpointInterval = TimeSpan.FromSeconds(random.Next(20, 400)),
    };

    private static async Task PublishAsync(SearchClient client, Random random, List<string> published)
    {
        for (int i = 0; i < 15; i++)
        {
            var messages = Enumerable.Range(0, random.Next(1, 30)).Select(_ => Message(random, published)).ToArray();
            var answer = await client.PublishAsync(messages);
            Assert.Null(answer.Error);
        }
    }

    private static V1.Message Message(Random random, List<string> published)
    {
        string body = $"{published.Count}";
        published.Add(body);
        // One key that very many have, and messages without any.
        string[] keys = [.. Enumerable.Range(0, random.Next(3)).Select(_ => random.Next(3) == 0 ? "hot" : $"key-{random.Next(Keys)}").Distinct()];
        var message = SearchClient.Message(body, keys);
        if (random.Next(5) == 0)
            message.Priority = (uint)random.Next(10);
        else if (random.Next(8) == 0)
            message.Delay = (ulong)random.Next(1, 200_000);
        return message;
    }

    private static async Task CheckAsync(SearchClient client, Random random, List<string> published)
    {
        var all = await client.FindAsync(new() { WithMessages = true, Max = (uint)random.Next(1, 400) });
        var bodies = all.Select(found => V1.Message.Parser.ParseFrom(found.Message).Body.ToStringUtf8()).ToHashSet();
        var missing = published.Except(bodies).ToArray();
        Assert.True(missing.Length == 0, $"{missing.Length} are missing: {string.Join(' ', missing.Take(20))}");
        foreach (string key in Enumerable.Range(0, Keys).Select(n => $"key-{n}").Append("hot").Append("absent"))
        {
            // One that came out meanwhile is found twice.
            var expected = all.Where(found => found.Keys.Contains(key)).Select(found => found.MessageId).Distinct().Order();
            var found = await client.FindAsync(new() { Key = key, Max = (uint)random.Next(1, 100) });
            Assert.Equal(expected, found.Select(message => message.MessageId).Distinct().Order());
        }
    }

    private static void Rot(MemoryDisk disk, Random random)
    {
        foreach (var path in disk.List(new DiskPath("slices")))
        {
            if (random.Next(2) != 0)
                continue;
            using var file = disk.Open(path, DiskOpen.OpenExisting);
            file.Write(random.Next((int)file.Length / SlicePage.Bytes) * (long)SlicePage.Bytes + 500, [1, 2, 3, 4]);
        }
    }
}
