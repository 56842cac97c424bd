using System.Net;
using Forewave.Coordination.ZooKeeper.Tests.Server;
using Forewave.Integration.Tests.Processes;

namespace Forewave.Integration.Tests.Cluster;

/// <summary>
/// A cluster of brokers on files as processes of their own, each alone with its partition (0, 1, …), under a ZooKeeper of its own. For one test.
/// </summary>
internal sealed class FilesCluster : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ZooKeeperServer _zooKeeper = new();
    private readonly TemporaryFolder _folder = new();

    private FilesCluster(int partitions) => Brokers = [.. Enumerable.Range(0, partitions).Select(partition => BrokerOf(partition, $"b{partition}"))];

    /// <summary>The broker of each partition.</summary>
    public IReadOnlyList<ServerProcess> Brokers { get; }

    /// <summary>All of them, for clients.</summary>
    public string Addresses => string.Join(',', Brokers.Select(broker => broker.Address));

    /// <summary>ZooKeeper, for clients and further brokers.</summary>
    public string ZooKeeper => _zooKeeper.Address;

    /// <summary>For a failing test.</summary>
    public string Log => string.Join('\n', Brokers.Select((broker, partition) => $"{partition}: {broker.Log}"));

    public static async Task<FilesCluster> StartedAsync(int partitions)
    {
        FilesCluster cluster = new(partitions);
        await cluster._zooKeeper.InitializeAsync();
        foreach (ServerProcess broker in cluster.Brokers)
            await cluster.StartAsync(broker);
        // A broker hears of the others over a session of its own, which may begin later than it serves.
        foreach (ServerProcess broker in cluster.Brokers)
            await UntilAsync(broker, "metrics", HttpStatusCode.OK, $"forewave_routes_partitions {partitions}\n");
        return cluster;
    }

    /// <summary>A place for files of the test.</summary>
    public string PathOf(string name) => _folder[name];

    /// <summary>Another broker for a partition, with a folder of its own; not started.</summary>
    public ServerProcess BrokerOf(int partition, string name) => new()
    {
        Store = ["--data", _folder[$"{partition}-{name}"], "--zookeeper", ZooKeeper, "--partition", $"{partition}", "--broker", name],
    };

    /// <summary>Starts a broker, also again, and waits until it serves.</summary>
    public async Task StartAsync(ServerProcess broker)
    {
        await broker.StartAsync();
        await UntilReadyAsync(broker, HttpStatusCode.OK, "");
    }

    /// <summary>Waits until a broker says so of itself.</summary>
    public static Task UntilReadyAsync(ServerProcess broker, HttpStatusCode status, string says) => UntilAsync(broker, "health/ready", status, says);

    private static async Task UntilAsync(ServerProcess broker, string path, HttpStatusCode status, string says)
    {
        using HttpClient http = new();
        long end = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        while (true)
        {
            using HttpResponseMessage ready = await http.GetAsync($"http://{broker.HttpAddress}/{path}");
            string text = await ready.Content.ReadAsStringAsync();
            if (ready.StatusCode == status && text.Contains(says, StringComparison.Ordinal))
                return;
            Assert.True(Environment.TickCount64 < end, $"the broker's {path} stays at {ready.StatusCode} '{text}': {broker.Log}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ServerProcess broker in Brokers)
            await broker.DisposeAsync();
        await _zooKeeper.DisposeAsync();
        _folder.Dispose();
    }
}
