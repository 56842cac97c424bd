using Forewave.Broker.Tests.Fakes;
using Forewave.Broker.Tests.Promises.Scenarios;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage.Files;
using Forewave.Storage.Files.Disk.Simulation;
using Microsoft.Extensions.Logging.Abstractions;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Deduplication;

/// <summary>
/// A broker that loses its power again and again, at a random operation of its disk, recovery and checkpoints included: every id
/// that was answered is known at its position, and what a repeat names is a message of the log with that id.
/// </summary>
[Trait("Suite", "powerloss")]
public sealed class CrashTests
{
    private const int Seeds = 40;
    private const int Lives = 6;

    [Fact]
    public async Task No_id_is_forgotten_and_none_is_made_up_when_power_fails()
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
        var known = new Dictionary<string, ulong>();
        for (int life = 1; life <= Lives; life++)
        {
            bool isLast = life == Lives;
            if (!isLast)
                PlanEnd(machine, random);
            await LiveAsync(machine, time, random, known, (ulong)(seed * 100 + life));
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

    private static async Task LiveAsync(PowerLossDisk machine, MovedTime time, Random random, Dictionary<string, ulong> known, ulong producer)
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
        var options = new BrokerOptions { StopGrace = TimeSpan.Zero, DeduplicationTableIds = random.Next(30, 90) };
        var engine = new BrokerEngine(store, options, time, NullLoggerFactory.Instance, meters, new EngineSurroundings { Memory = StillMemory.Instance });
        try
        {
            await engine.StartAsync(CancellationToken.None);
            await WorkAsync(engine, store, random, known, new ProducerId(producer));
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

    private static async Task WorkAsync(
        BrokerEngine engine, FilesStore store, Random random, Dictionary<string, ulong> known, ProducerId id)
    {
        var client = await TestClient.GreetedAsync(engine);
        uint producer = await client.OpenProducerAsync(id);
        uint queue = await client.OpenQueueAsync("orders");
        ulong sequence = 1;
        for (int i = 0; i < 120; i++)
        {
            string[] ids = [.. Enumerable.Range(0, random.Next(1, 20)).Select(_ => $"id-{random.Next(900)}")];
            var answer = await client.PublishAsync(producer, DeduplicationTests.Batch(queue, sequence, ids));
            if (answer.Error is not null)
                return;
            sequence += (ulong)ids.Length;
            for (int message = 0; message < ids.Length; message++)
                await CheckAsync(store, answer, message, ids[message], known);
        }
    }

    private static async Task CheckAsync(FilesStore store, V1.PublishedBatch answer, int message, string id, Dictionary<string, ulong> known)
    {
        ulong position = answer.Positions.Count > 0 ? answer.Positions[message] : answer.FirstPosition + (ulong)message;
        bool isRepeat = answer.Duplicate || (answer.Repeated.Length > 0 && (answer.Repeated[message / 8] & 1 << (message % 8)) != 0);
        if (known.TryGetValue(id, out ulong original))
        {
            Assert.True(isRepeat, $"{id} was forgotten");
            Assert.Equal(original, position);
        }
        else if (isRepeat)
        {
            // Published before without an answer: then it has to be there.
            using var runs = await store.ReadMessageAsync(LogPosition.FromBits(position), CancellationToken.None);
            Assert.NotNull(runs);
            Assert.Equal(id, IdOfFirst(runs[0].Messages.Span));
        }
        known[id] = position;
    }

    private static string IdOfFirst(ReadOnlySpan<byte> messages)
    {
        var run = new MessageRun(messages);
        run.MoveNext();
        return System.Text.Encoding.UTF8.GetString(MessageReader.ReadDeduplicationId(run.Current));
    }
}
