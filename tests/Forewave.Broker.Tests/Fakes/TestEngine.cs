using System.Diagnostics.Metrics;
using Forewave.Storage;
using Forewave.Storage.Files;
using Forewave.Storage.Files.Disk;
using Microsoft.Extensions.Logging.Abstractions;

namespace Forewave.Broker.Tests.Fakes;

/// <summary>An engine on a store in memory, with a clock that the test moves.</summary>
internal sealed class TestEngine : IAsyncDisposable
{
    private readonly IStore _store;

    private TestEngine(IStore store, MovedTime time, BrokerOptions options)
    {
        _store = store;
        Time = time;
        Engine = new BrokerEngine(store, options, time, NullLoggerFactory.Instance, Meters, new EngineSurroundings { Memory = StillMemory.Instance });
    }

    /// <summary>The fake store, where it runs on one.</summary>
    public FakeStore Store => (FakeStore)_store;

    public MovedTime Time { get; }

    public FakeMeters Meters { get; } = new();

    public BrokerEngine Engine { get; }

    public static Task<TestEngine> StartAsync(FakeStore? store = null, BrokerOptions? options = null, MovedTime? time = null) =>
        StartAsync(store ?? new FakeStore(), time ?? new MovedTime(), options ?? new BrokerOptions());

    /// <summary>An engine on the embedded store, whose folder is a disk in memory.</summary>
    public static Task<TestEngine> StartOnDiskAsync(IDisk disk, MovedTime time, BrokerOptions? options = null)
    {
        var store = new FilesStore(
            new FilesStoreOptions
            {
                Disk = disk,
                SegmentBytes = 1024 * 1024,
                BlockBytes = 1024 * 1024,
                RecentMemoryBytes = 4 * 1024 * 1024,
                MinFreeBytes = 0,
                SpareSegments = 1,
                ReservedSegments = 1,
            },
            time);
        return StartAsync(store, time, options ?? new BrokerOptions { StopGrace = TimeSpan.Zero });
    }

    /// <summary>What one of its gauges shows now.</summary>
    public long Gauge(string name) => Shown(name, long.MinValue);

    /// <summary>What one of its gauges of times shows now.</summary>
    public double Seconds(string name) => Shown(name, double.NaN);

    private T Shown<T>(string name, T unlessShown)
        where T : struct
    {
        T shown = unlessShown;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == Meters && instrument.Name == name)
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<T>((_, value, _, _) => shown = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return shown;
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        Meters.Dispose();
    }

    private static async Task<TestEngine> StartAsync(IStore store, MovedTime time, BrokerOptions options)
    {
        var engine = new TestEngine(store, time, options);
        await engine.Engine.StartAsync(CancellationToken.None);
        return engine;
    }
}
