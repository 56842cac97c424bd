using Forewave.Broker.Tests.Fakes;
using Forewave.Broker.Tests.Promises.Plants;
using Forewave.Broker.Tests.Promises.TurnTaking;
using Forewave.Storage;
using Forewave.Storage.Files;
using Forewave.Storage.Files.Disk.Simulation;
using Microsoft.Extensions.Logging.Abstractions;

namespace Forewave.Broker.Tests.Promises.Scenarios;

/// <summary>One start of the broker on a machine, up to its end: a clean stop, a kill, or the loss of power.</summary>
internal sealed class BrokerLife
{
    private readonly LifeDisk _disk;
    private readonly FakeMeters _meters = new();
    private readonly Scenario _scenario;

    public BrokerLife(Scenario scenario, PowerLossDisk machine, Plant plant)
    {
        _scenario = scenario;
        var time = scenario.Time;
        _disk = new LifeDisk(machine, plant);
        Machine = machine;
        var files = new FilesStore(
            new FilesStoreOptions
            {
                Disk = _disk,
                SegmentBytes = 64 * 1024,
                RecentMemoryBytes = 4 * 64 * 1024,
                BlockBytes = 64 * 1024,
                CheckpointIntervalBytes = 96 * 1024,
                SpareSegments = 2,
                MinFreeBytes = 0,
                ColdReaders = 1,
            },
            time,
            new TurnPumps(scenario.Turns));
        bool isInStore = plant is Plant.AnswerBeforeSync or Plant.CommitLeaks;
        IStore store = isInStore ? new PlantedStore(files, plant, turn => scenario.Turns.Queue(turn, nameof(PlantedStore))) : files;
        var options = new BrokerOptions
        {
            DeliveryLoops = scenario.Plan.DeliveryLoops, CheckpointInterval = TimeSpan.FromSeconds(45), StopGrace = TimeSpan.Zero,
            DeduplicationTableIds = scenario.Plan.TableIds,
        };
        var surroundings = new EngineSurroundings { Threads = new TurnThreads(scenario.Turns), Seed = scenario.Seed, Memory = StillMemory.Instance };
        Engine = new BrokerEngine(store, options, time, NullLoggerFactory.Instance, _meters, surroundings);
    }

    public PowerLossDisk Machine { get; }

    public BrokerEngine Engine { get; }

    /// <summary>The machine lost its power, or the process was killed: whatever it still does has no effect.</summary>
    public bool HasEnded => Machine.IsPowerLost || _hasEnded;

    private volatile bool _hasEnded;

    /// <summary>Ends the process.</summary>
    public void Kill()
    {
        _hasEnded = true;
        _disk.End();
    }

    /// <summary>Cleans up. What the ended life throws meanwhile is no news; a clean stop must not throw.</summary>
    public async Task CloseAsync()
    {
        try
        {
            await _scenario.Turns.ExpectAsync(Engine.DisposeAsync().AsTask());
        }
        catch (Exception end) when (IsEnd(end))
        {
            // Without power nothing can be put in order.
        }
        _meters.Dispose();
        _disk.End();
    }

    /// <summary>Whether a failure is nothing but the end of this life.</summary>
    public static bool IsEnd(Exception failure) =>
        failure is PowerLostException or LifeEndedException || (failure.InnerException is { } cause && IsEnd(cause));
}
