using Forewave.Client;
using Forewave.Client.Administration;
using Forewave.Client.Connections;
using Forewave.Client.Producing;
using Forewave.Protocol;
using Forewave.Server.Http.Consuming;
using Forewave.Server.Http.Publishing;
using Forewave.Server.Listeners;

namespace Forewave.Server.Http;

/// <summary>
/// What HTTP says to the broker, it says in the words of the wire, over connections within the process: so there is one way in
/// for all, with one set of rules. Publishing, settling and administration have connections of their own, so that none waits
/// behind another. Thread-safe; disposal ends the connections, and what waits for an answer fails.
/// </summary>
internal sealed class HttpLinks : IAsyncDisposable
{
    /// <summary>Administration is answered in turn on each connection; so many go on at once.</summary>
    private const int AdministrationLinks = 8;

    private static readonly ProducerName Name = new("http");

    // The broker is in the process: what has no answer by then will hardly get one, and its client waits.
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    private readonly BrokerLink _publishing;
    private readonly BrokerLink _settling;
    private readonly BrokerLink[] _administering;
    private readonly AdministrationDesk[] _desks;
    private readonly Lazy<Producer> _producer;

    public HttpLinks(MemoryConnections connections, TimeProvider time)
    {
        ForewaveClientOptions options = new()
        {
            Name = Name.Value,
            Connector = _ => ValueTask.FromResult(connections.Connect()),
            TimeProvider = time,
        };
        _publishing = new BrokerLink(options);
        _settling = new BrokerLink(options);
        _administering = [.. Enumerable.Range(0, AdministrationLinks).Select(_ => new BrokerLink(options))];
        _desks = [.. _administering.Select(link => new AdministrationDesk(new AdministrationCalls(link, options), options))];
        _producer = new Lazy<Producer>(() => new Producer(_publishing, new ProducerOptions { Name = Name, RetryPolicy = NoRetry.Instance, DeliveryDeadline = Deadline }, options));
        Settling = new SettleCalls(_settling, options);
        Pulls = new PullConnections(options);
    }

    /// <summary>Publishes; connects with the first publish.</summary>
    public Producer Producer => _producer.Value;

    /// <summary>Settles.</summary>
    public SettleCalls Settling { get; }

    /// <summary>Receives.</summary>
    public PullConnections Pulls { get; }

    /// <summary>The administration, at the desk with the fewest others; to be given back.</summary>
    public AdministrationTurn Take() => Desk().Take();

    public async ValueTask DisposeAsync()
    {
        await Pulls.DisposeAsync();
        foreach (var link in _administering)
            await link.DisposeAsync();
        await _settling.DisposeAsync();
        // What is under way is answered or fails by the end of the link; nobody waits for the delivery deadline.
        await _publishing.DisposeAsync();
        if (_producer.IsValueCreated)
            await _producer.Value.DisposeAsync();
    }

    private AdministrationDesk Desk() => _desks.MinBy(desk => desk.Waiting)!;
}
