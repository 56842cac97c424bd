using Forewave.Broker.Tests.Fakes;
using Forewave.Broker.Tests.Promises.Scenarios;
using Forewave.Storage.Files;
using Forewave.Storage.Files.Disk.Simulation;
using Microsoft.Extensions.Logging.Abstractions;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Search;

/// <summary>
/// A broker that loses its power again and again, at a random operation of its disk, recovery and checkpoints included: what was
/// acknowledged is found by its key, and nothing is found that reading the messages does not find.
/// </summary>
[Trait("Suite", "powerloss")]
public sealed class SearchCrashTests
{
    private const int Seeds = 16;
    private const int Lives = 6;
    private const int Keys = 12;

    [Fact]
    public async Task No_message_is_hidden_and_none_is_made_up_when_power_fails()
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            try
            {
                await RunAsync(seed);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"seed {seed}", failure);
            }
        }
    }

    private static async Task RunAsync(int seed)
    {
        var random = new Random(seed);
        var time = new MovedTime();
        var machine = new PowerLossDisk(seed);
        HashSet<string> acknowledged = [];
        for (int life = 1; life <= Lives; life++)
        {
            if (life < Lives)
                PlanEnd(machine, random);
            await LiveAsync(machine, time, random, acknowledged, (ulong)(seed * 100 + life));
            machine = machine.IsPowerLost ? machine.PowerLoss(random.Next()) : machine;
            machine.AfterOperation = null;
        }
    }

    private static void PlanEnd(PowerLossDisk machine, Random random)
    {
        int left = random.Next(20, 700);
        machine.AfterOperation = _ =>
        {
            if (Interlocked.Decrement(ref left) == 0)
                machine.CutPower();
        };
    }

    private static async Task LiveAsync(PowerLossDisk machine, MovedTime time, Random random, HashSet<string> acknowledged, ulong producer)
    {
        var store = new FilesStore(
            new FilesStoreOptions
            {
                Disk = machine,
                SegmentBytes = 64 * 1024,
                RecentMemoryBytes = 4 * 64 * 1024,
                BlockBytes = 64 * 1024,
                CheckpointIntervalBytes = 96 * 1024,
                SpareSegments = 2,
                MinFreeBytes = 0,
            },
            time);
        using var meters = new FakeMeters();
        var options = new BrokerOptions { StopGrace = TimeSpan.Zero, KeyTableEntries = random.Next(20, 90) };
        var engine = new BrokerEngine(store, options, time, NullLoggerFactory.Instance, meters, new EngineSurroundings { Memory = StillMemory.Instance });
        try
        {
            await engine.StartAsync(CancellationToken.None);
            var client = await SearchClient.ConnectAsync(engine, producer);
            await CheckAsync(client, acknowledged);
            await PublishAsync(client, random, acknowledged, producer);
            await CheckAsync(client, acknowledged);
        }
        catch (Exception) when (machine.IsPowerLost)
        {
            // Whatever it says: it has no power.
        }
        try
        {
            await engine.DisposeAsync();
        }
        catch (Exception end) when (machine.IsPowerLost && BrokerLife.IsEnd(end))
        {
            // Nothing can be put in order.
        }
    }

    private static async Task PublishAsync(SearchClient client, Random random, HashSet<string> acknowledged, ulong producer)
    {
        for (int i = 0; i < 60; i++)
        {
            string[] bodies = [.. Enumerable.Range(0, random.Next(1, 20)).Select(n => $"{producer}-{i}-{n}")];
            var messages = bodies.Select(body => SearchClient.Message(body, KeyOf(body)));
            var answer = await client.PublishAsync([.. messages]);
            if (answer.Error is not null)
                return;
            acknowledged.UnionWith(bodies);
        }
    }

    private static async Task CheckAsync(SearchClient client, HashSet<string> acknowledged)
    {
        string[] all = await client.BodiesAsync(new V1.FindMessages { Max = 1_000 });
        var missing = acknowledged.Except(all).ToArray();
        Assert.True(missing.Length == 0, $"{missing.Length} are missing: {string.Join(' ', missing.Take(20))}");
        foreach (string key in Enumerable.Range(0, Keys).Select(n => $"key-{n}"))
            Assert.Equal(all.Where(body => KeyOf(body) == key).Order(), (await client.BodiesAsync(new() { Key = key })).Order());
    }

    private static string KeyOf(string body) => $"key-{body.Sum(letter => letter) % Keys}";
}
