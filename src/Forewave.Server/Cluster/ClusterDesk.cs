using System.Net;
using System.Text.Json;
using Forewave.Client;
using Forewave.Coordination;
using Forewave.Coordination.ZooKeeper;
using Forewave.Protocol;

namespace Forewave.Server.Cluster;

/// <summary>
/// Looks at the broker groups of a cluster for an operator: their records in ZooKeeper, and what the brokers say over HTTP. It announces
/// nothing. For one caller; it owns its session.
/// </summary>
internal sealed class ClusterDesk : IAsyncDisposable
{
    // A broker asks two databases, for 2 s each at most.
    private static readonly TimeSpan ReportTime = TimeSpan.FromSeconds(6);

    private readonly ZooKeeperSession _session;
    private readonly string _scheme;
    private readonly HttpClient _http;

    private ClusterDesk(ZooKeeperSession session, ForewaveTls? tls)
    {
        (_session, _scheme) = (session, tls is null ? "http" : "https");
        SocketsHttpHandler handler = new();
        if (tls is not null)
        {
            handler.SslOptions = tls.OptionsFor(new DnsEndPoint("broker", 0));
            // The name to be checked is that of each request.
            handler.SslOptions.TargetHost = null;
        }
        _http = new HttpClient(handler) { Timeout = ReportTime };
    }

    /// <summary>Its session, for who changes a record.</summary>
    public ICoordinationSession Session => _session;

    /// <summary>Opens a session.</summary>
    /// <param name="servers">ZooKeeper's.</param>
    /// <param name="tls">How brokers are asked over HTTP; null: without TLS.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ForewaveException">CoordinationUnreachable, NativeLibraryMissing; TlsFailed: the authorities' file cannot be used.</exception>
    /// <exception cref="ArgumentException">The list of servers cannot be read.</exception>
    public static async Task<ClusterDesk> OpenAsync(string servers, ForewaveTls? tls, CancellationToken cancellation) =>
        new(await ZooKeeperSession.OpenAsync(new ZooKeeperOptions { Servers = servers }, cancellation), tls);

    /// <summary>All groups, in the order of their partitions; brokers are asked at the same time.</summary>
    /// <exception cref="ForewaveException">GroupRecordInvalid, CoordinationExpired.</exception>
    public async Task<IReadOnlyList<GroupStanding>> ReadAsync(CancellationToken cancellation)
    {
        List<GroupStanding> groups = [];
        foreach (var partition in await _session.PartitionsAsync(cancellation))
            groups.Add(await ReadAsync(partition, cancellation));
        return groups;
    }

    /// <summary>One group.</summary>
    /// <exception cref="ForewaveException">GroupRecordInvalid, CoordinationExpired.</exception>
    public async Task<GroupStanding> ReadAsync(PartitionNumber partition, CancellationToken cancellation)
    {
        // First the record, which reads after a sync: what is announced is as new.
        var view = await _session.ReadAsync(partition, cancellation);
        var present = await _session.PresentAsync(partition, cancellation);
        var brokers = await Task.WhenAll(present.Select(broker => AskAsync(partition, broker, cancellation)));
        return new GroupStanding { Partition = partition, Group = view.Group, Brokers = brokers };
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _session.DisposeAsync();
    }

    private async Task<BrokerStanding> AskAsync(PartitionNumber partition, PresentBroker broker, CancellationToken cancellation)
    {
        BrokerStanding standing = new() { Role = broker.Role, Announced = broker.Says };
        if (broker.Says.Http.Length == 0)
            return standing with { Failure = "it serves no HTTP" };
        try
        {
            byte[] answer = await _http.GetByteArrayAsync(new Uri($"{_scheme}://{broker.Says.Http}/v1/cluster/member"), cancellation);
            using var document = JsonDocument.Parse(answer);
            var report = document.RootElement.Clone();
            return IsOf(report, partition, broker.Says.Broker)
                ? standing with { Report = report }
                : standing with { Failure = $"another broker answers at {broker.Says.Http}: does it serve HTTP to its own host alone?" };
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException or UriFormatException)
        {
            return standing with { Failure = $"no answer from {broker.Says.Http}: {failure.Message}" };
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return standing with { Failure = $"no answer from {broker.Says.Http} within {ReportTime.TotalSeconds:0} s" };
        }
    }

    private static bool IsOf(JsonElement report, PartitionNumber partition, string broker) =>
        report.TryGetProperty("broker", out var name) && name.GetString() == broker && report.GetProperty("partition").GetInt32() == partition.Value;
}
