using Forewave.Client;
using Forewave.Client.Administration;
using Forewave.Client.Producing;
using Forewave.Client.Routing;
using Forewave.Protocol;
using Forewave.Server.Http.Consuming;
using Forewave.Server.Http.Publishing;
using Forewave.Server.Listeners;

namespace Forewave.Server.Http;

/// <summary>
/// What HTTP says to the broker, it says in the words of the wire, over connections within the process: so there is one way in
/// for all, with one set of rules. Publishing, settling and administration have connections of their own, so that none waits
/// behind another. In a cluster it speaks so to the masters of all partitions. Thread-safe; disposal ends the connections, and what waits for
/// an answer fails.
/// </summary>
internal sealed class HttpLinks : IAsyncDisposable
{
    /// <summary>Administration is answered in turn on each connection; so many go on at once. In a cluster each of them may have one for each partition.</summary>
    private const int AdministrationLinks = 8;
    private const int AdministrationLinksOfCluster = 4;

    private static readonly ProducerName Name = new("http");

    // The broker is in the process: what has no answer by then will hardly get one, and its client waits.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly PartitionLinks _publishing;
    private readonly PartitionLinks _settling;
    private readonly PartitionLinks[] _administering;
    private readonly AdministrationDesk[] _desks;
    private readonly Lazy<Producer> _producer;

    /// <param name="connections">Connections within the process.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cluster">The way to all partitions; null: the broker is alone.</param>
    public HttpLinks(MemoryConnections connections, TimeProvider time, ClusterWay? cluster = null)
    {
        ForewaveClientOptions own = new()
        {
            Name = Name.Value,
            Connector = _ => ValueTask.FromResult(connections.ConnectHost()),
            TimeProvider = time,
        };
        var options = cluster?.Over(own with { RequestTimeout = Deadline }) ?? own;
        Home = cluster?.Home;
        _publishing = new PartitionLinks(options);
        _settling = new PartitionLinks(options);
        int administering = cluster is null ? AdministrationLinks : AdministrationLinksOfCluster;
        // A partition that is drained lets operators in alone, and what is set for all partitions concerns it too.
        var asOperator = options with { ForOperators = true };
        _administering = [.. Enumerable.Range(0, administering).Select(_ => new PartitionLinks(asOperator))];
        _desks = [.. _administering.Select(links => new AdministrationDesk(links, asOperator))];
        ProducerOptions publishing = new() { Name = Name, RetryPolicy = NoRetry.Instance, DeliveryDeadline = Deadline, Home = cluster?.Home };
        _producer = new Lazy<Producer>(() => new Producer(_publishing, publishing, options));
        Settling = new SettleCalls(_settling, options);
        Pulls = cluster is null ? new LonePulls(own) : new PartitionPulls(cluster, options);
    }

    /// <summary>The broker's own partition; null: it is alone.</summary>
    public PartitionNumber? Home { get; }

    /// <summary>The broker is one of a cluster: what it does not serve itself is asked of others.</summary>
    public bool IsOfCluster => Home is not null;

    /// <summary>Publishes; connects with the first publish.</summary>
    public Producer Producer => _producer.Value;

    /// <summary>Settles.</summary>
    public SettleCalls Settling { get; }

    /// <summary>Receives.</summary>
    public IPulls Pulls { get; }

    /// <summary>The administration, at the desk with the fewest others; to be given back.</summary>
    /// <param name="partition">Of this partition alone; null: of all.</param>
    public AdministrationTurn Take(PartitionNumber? partition = null) => Desk().Take(partition);

    public async ValueTask DisposeAsync()
    {
        await Pulls.DisposeAsync();
        foreach (var links in _administering)
            await links.DisposeAsync();
        await _settling.DisposeAsync();
        // What is under way is answered or fails by the end of the link; nobody waits for the delivery deadline.
        await _publishing.DisposeAsync();
        if (_producer.IsValueCreated)
            await _producer.Value.DisposeAsync();
    }

    private AdministrationDesk Desk() => _desks.MinBy(desk => desk.Waiting)!;
}
