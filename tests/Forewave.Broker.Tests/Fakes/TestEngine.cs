using Microsoft.Extensions.Logging.Abstractions;

namespace Forewave.Broker.Tests.Fakes;

/// <summary>An engine on a store in memory, with a clock that the test moves.</summary>
internal sealed class TestEngine : IAsyncDisposable
{
    private TestEngine(FakeStore store, MovedTime time, BrokerOptions options)
    {
        Store = store;
        Time = time;
        Engine = new BrokerEngine(store, options, time, NullLoggerFactory.Instance, Meters);
    }

    public FakeStore Store { get; }

    public MovedTime Time { get; }

    public FakeMeters Meters { get; } = new();

    public BrokerEngine Engine { get; }

    public static async Task<TestEngine> StartAsync(FakeStore? store = null, BrokerOptions? options = null, MovedTime? time = null)
    {
        var engine = new TestEngine(store ?? new FakeStore(), time ?? new MovedTime(), options ?? new BrokerOptions());
        await engine.Engine.StartAsync(CancellationToken.None);
        return engine;
    }

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        Meters.Dispose();
    }
}
