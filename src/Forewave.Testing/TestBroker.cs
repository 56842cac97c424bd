using Forewave.Client;
using Forewave.Server;
using Forewave.Storage.Files.Disk;

namespace Forewave.Testing;

/// <summary>
/// The real broker in the process of a test: the same engine and the same store, on a memory disk, with a clock that the test
/// moves. Starts in milliseconds; needs no port, no folder, no container. Thread-safe but for <see cref="RestartAsync"/>, which
/// one caller at a time may use.
/// </summary>
/// <example><c>await using var broker = await TestBroker.StartAsync();</c></example>
public sealed class TestBroker : IAsyncDisposable
{
    private const int RecentMemoryBytes = 16 * 1024 * 1024;

    private readonly TestBrokerOptions _options;
    private readonly MemoryDisk _memory = new();
    private volatile ForewaveBroker _broker;

    private TestBroker(TestBrokerOptions options)
    {
        _options = options;
        _broker = NewBroker();
    }

    /// <summary>The broker's time. Clients run on the system's: it is the broker that leases, backs off and forgets.</summary>
    public TestClock Clock { get; } = new();

    /// <summary>The address of <see cref="TestBrokerOptions.TakesPort"/>; null without it. A restart takes another port.</summary>
    public string? Server => _broker.ListenAddress?.ToString();

    /// <summary>Starts a broker.</summary>
    public static async Task<TestBroker> StartAsync(TestBrokerOptions? options = null, CancellationToken cancellation = default)
    {
        TestBroker broker = new(options ?? new TestBrokerOptions());
        await broker._broker.StartAsync(cancellation);
        return broker;
    }

    /// <summary>A client of this broker, through restarts of it. The caller disposes it.</summary>
    /// <param name="options">Its settings, but for the connector. Default: all defaults.</param>
    public ForewaveClient CreateClient(ForewaveClientOptions? options = null) =>
        new(Reaching(options ?? new ForewaveClientOptions()));

    /// <summary>Options of a client that somebody else makes, an application's host for example: the same, but they reach this broker.</summary>
    public ForewaveClientOptions Reaching(ForewaveClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options with { Connector = cancellation => _broker.ConnectAsync(cancellation) };
    }

    /// <summary>
    /// Stops the broker without a grace and starts another one on the same log, as after a crash: connections break, what was
    /// acknowledged is there, leases run anew.
    /// </summary>
    public async Task RestartAsync(CancellationToken cancellation = default)
    {
        await _broker.DisposeAsync();
        _broker = NewBroker();
        await _broker.StartAsync(cancellation);
    }

    /// <summary>Stops the broker; with a memory disk everything is gone.</summary>
    public ValueTask DisposeAsync() => _broker.DisposeAsync();

    private ForewaveBroker NewBroker()
    {
        ForewaveBrokerOptions options = new()
        {
            Store = _options.MySql is null ? StoreKind.Files : StoreKind.MySql,
            MySql = _options.MySql,
            Listen = _options.TakesPort ? "127.0.0.1:0" : null,
            CreateQueues = _options.CreateQueues,
            RecentMemoryBytes = RecentMemoryBytes,
            MinFreeBytes = 0,
            TimeProvider = Clock,
            LoggerFactory = _options.LoggerFactory,
        };
        return new ForewaveBroker(options, () => _options.DataFolder is { } folder ? PosixDisk.OpenFolder(folder) : _memory);
    }
}
