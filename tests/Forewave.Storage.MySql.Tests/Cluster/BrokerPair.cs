using System.Globalization;
using Forewave.Coordination;
using Forewave.Coordination.ZooKeeper;
using Forewave.Coordination.ZooKeeper.Tests.Server;
using Forewave.Integration.Tests.Processes;
using Forewave.Integration.Tests.Units;
using Forewave.Storage.MySql.Schema;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Cluster;

/// <summary>
/// A broker group: two brokers as processes, each with one of a pair of databases, and a ZooKeeper, of which it has a session of its own
/// to see what the record says. A is the first master. For one test.
/// </summary>
internal sealed class BrokerPair : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ZooKeeperServer _zooKeeper = new();
    private readonly SchemaNames _names = SchemaNames.Of("orders");
    // A slow machine is no dead slave.
    private readonly TemporaryFile _configuration = new(".json", """{ "slavePatience": "5s" }""");
    private readonly MariaDbPair _databases;
    private readonly Relay _link;
    private ZooKeeperSession? _session;

    private BrokerPair(MariaDbPair databases)
    {
        _databases = databases;
        A = new ServerProcess { Store = [.. ArgumentsOf("A", databases.A), "--peer-mysql", WordsOf(databases.B.Port, "pair")] };
        _link = new Relay(databases.A.Port);
        B = new ServerProcess { Store = [.. ArgumentsOf("B", databases.B), "--peer-mysql", WordsOf(int.Parse(_link.Address.Split(':')[1], CultureInfo.InvariantCulture), "pair")] };
    }

    public ServerProcess A { get; }

    public ServerProcess B { get; }

    /// <summary>ZooKeeper, for operators.</summary>
    public string ZooKeeper => _zooKeeper.Address;

    /// <summary>Between B's database and what it follows, A's.</summary>
    public Relay Link => _link;

    /// <summary>Both brokers, for clients.</summary>
    public string Addresses => $"{A.Address},{B.Address}";

    /// <summary>For a failing test.</summary>
    public string Log => $"A: {A.Log}\nB: {B.Log}";

    /// <summary>Two brokers that know of nothing yet, and a ZooKeeper that has no record.</summary>
    public static async Task<BrokerPair> PreparedAsync(MariaDbPair databases)
    {
        BrokerPair pair = new(databases);
        await pair._zooKeeper.InitializeAsync();
        pair._session = await ZooKeeperServer.OpenAsync(pair._zooKeeper.Address);
        return pair;
    }

    /// <summary>Two brokers of which B is the slave, in sync.</summary>
    public static async Task<BrokerPair> StartedAsync(MariaDbPair databases)
    {
        BrokerPair pair = await PreparedAsync(databases);
        await pair.A.StartAsync();
        await pair.UntilAsync(view => view.Master?.Broker == "A");
        await pair.B.StartAsync();
        await pair.UntilInSyncAsync("A");
        return pair;
    }

    /// <summary>Completes when a broker is master and the other one is in sync.</summary>
    public Task UntilInSyncAsync(string master) =>
        UntilAsync(view => view.Group?.Record is { InSync.Count: 2 } record && record.Master == master);

    /// <summary>Completes when a broker announces itself as master.</summary>
    public Task UntilMasterAsync(string master) => UntilAsync(view => view.Master?.Broker == master && view.Group?.Record.Master == master);

    /// <summary>kill -9 of ZooKeeper.</summary>
    public Task KillZooKeeperAsync() => _zooKeeper.KillAsync();

    /// <summary>Starts it again, with what it had, and waits until it answers.</summary>
    public async Task StartZooKeeperAsync()
    {
        _zooKeeper.Start();
        await _session!.DisposeAsync();
        _session = await ZooKeeperServer.OpenAsync(_zooKeeper.Address);
    }

    /// <summary>Completes when nobody announces itself as master.</summary>
    public Task UntilGoneAsync() => UntilAsync(view => view.Master is null);

    /// <summary>Completes when the record names no slave.</summary>
    public Task UntilAloneAsync() => UntilAsync(view => view.Group?.Record.InSync.Count == 1);

    public async ValueTask DisposeAsync()
    {
        await A.DisposeAsync();
        await B.DisposeAsync();
        if (_session is not null)
            await _session.DisposeAsync();
        await _zooKeeper.DisposeAsync();
        await _link.DisposeAsync();
        _configuration.Dispose();
    }

    private async Task UntilAsync(Func<GroupView, bool> isIt)
    {
        using var end = new CancellationTokenSource(Patience);
        GroupView? last = null;
        try
        {
            await foreach (GroupView view in _session!.WatchAsync(default, end.Token))
            {
                last = view;
                if (isIt(view))
                    return;
            }
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"the group stays at {last} {string.Join(' ', last?.Group?.Record.InSync ?? [])}\n{Log}");
        }
    }

    /// <summary>The settings of A, for verbs that work on its database.</summary>
    public string[] SettingsOfA =>
    [
        "--zookeeper", _zooKeeper.Address, "--broker", "A", "--mysql", WordsOf(_databases.A.Port, "forewave") + $";schema={_names.Queues}",
        "--peer-mysql", WordsOf(_databases.B.Port, "pair"),
    ];

    private static string WordsOf(int port, string user) => $"host=127.0.0.1;port={port};user={user};password=secret;tls=off";

    private string[] ArgumentsOf(string name, MariaDbServer own) =>
    [
        "--store", "mysql", "--mysql", WordsOf(own.Port, "forewave") + $";schema={_names.Queues}",
        "--zookeeper", _zooKeeper.Address, "--broker", name, "--config", _configuration.Path,
    ];
}
