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
    private ZooKeeperSession? _session;

    private BrokerPair(MariaDbPair databases)
    {
        A = new ServerProcess { Store = ArgumentsOf("A", databases.A, databases.B) };
        B = new ServerProcess { Store = ArgumentsOf("B", databases.B, databases.A) };
    }

    public ServerProcess A { get; }

    public ServerProcess B { get; }

    /// <summary>Both brokers, for clients.</summary>
    public string Addresses => $"{A.Address},{B.Address}";

    /// <summary>For a failing test.</summary>
    public string Log => $"A: {A.Log}\nB: {B.Log}";

    public static async Task<BrokerPair> StartedAsync(MariaDbPair databases)
    {
        BrokerPair pair = new(databases);
        await pair._zooKeeper.InitializeAsync();
        pair._session = await ZooKeeperServer.OpenAsync(pair._zooKeeper.Address);
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

    /// <summary>Completes when the record names no slave.</summary>
    public Task UntilAloneAsync() => UntilAsync(view => view.Group?.Record.InSync.Count == 1);

    public async ValueTask DisposeAsync()
    {
        await A.DisposeAsync();
        await B.DisposeAsync();
        if (_session is not null)
            await _session.DisposeAsync();
        await _zooKeeper.DisposeAsync();
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

    private string[] ArgumentsOf(string name, MariaDbServer own, MariaDbServer peer) =>
    [
        "--store", "mysql", "--mysql", $"host=127.0.0.1;port={own.Port};user=forewave;password=secret;tls=off;schema={_names.Queues}",
        "--zookeeper", _zooKeeper.Address, "--broker", name, "--config", _configuration.Path,
        "--peer-mysql", $"host=127.0.0.1;port={peer.Port};user=pair;password=secret;tls=off",
    ];
}
