using Forewave.Client.Administration;
using Forewave.Client.Connections;
using Forewave.Client.Consuming;
using Forewave.Client.Producing;
using Forewave.Client.Producing.Sequenced;
using Forewave.Client.Requesting;
using Forewave.Client.Routing;
using Forewave.Protocol;

namespace Forewave.Client;

/// <summary>
/// The way to a Forewave broker. Thread-safe; make one for a program and keep it. It connects when it is first used, and again
/// by itself whenever the connection ends.
/// </summary>
public sealed class ForewaveClient : IAsyncDisposable
{
    private readonly ForewaveClientOptions _options;
    private readonly PartitionLinks _links;
    private readonly OutcomeWaits _waits;

    /// <summary>A client of the broker at <c>host:port[,host:port…]</c> or <c>dns://name:port</c>.</summary>
    /// <exception cref="ArgumentException">That is no address.</exception>
    public ForewaveClient(string server)
        : this(new ForewaveClientOptions { Server = server })
    {
    }

    /// <summary>A client with these options.</summary>
    /// <exception cref="ArgumentException">The server string is no address.</exception>
    public ForewaveClient(ForewaveClientOptions? options = null)
    {
        _options = options ?? new ForewaveClientOptions();
        _links = new PartitionLinks(_options);
        AdministrationCalls calls = new(_links, _options);
        Administration = new BrokerAdministration(calls);
        _waits = new OutcomeWaits(calls, _options);
    }

    /// <summary>Looks at queues, groups and dead letters and changes them.</summary>
    public BrokerAdministration Administration { get; }

    /// <summary>Makes a producer. Cheap; it connects in the background. The caller disposes it.</summary>
    public Producer CreateProducer(ProducerOptions? options = null) => new(_links, options ?? new ProducerOptions(), _options);

    /// <summary>Makes a way to publish under sequences that its owner keeps. The caller disposes it.</summary>
    internal SequencedProducer CreateSequencedProducer(ProducerName? name = null) => new(_links, name ?? new ProducerName(_options.Name), _options);

    /// <summary>
    /// Makes a consumer: a member of a group of a queue, both made if there are none. Cheap; it connects in the background. The
    /// caller disposes it.
    /// </summary>
    public Consumer CreateConsumer(QueueName queue, GroupName group, ConsumerOptions? options = null) =>
        new(_links, queue, group, options ?? new ConsumerOptions(), _options);

    /// <summary>Makes a requester: it publishes requests and waits for their replies. Cheap. The caller disposes it before the client.</summary>
    public Requester CreateRequester(RequesterOptions? options = null) => new(this, options ?? new RequesterOptions(), _options.TimeProvider);

    /// <summary>Makes a replier: it answers requests, over a connection of its own. Cheap. The caller disposes it.</summary>
    /// <param name="name">The role under which replies are published. Default: the client's name.</param>
    public Replier CreateReplier(ProducerName? name = null) => new(_options, name);

    /// <summary>
    /// Waits for what becomes of a message in a group, which need not exist yet: until nothing more comes of it (settled, dead,
    /// filtered, expired, cancelled) or it was delivered, at most for a time. The broker answers when it happens; through
    /// reconnects and restarts it is asked again. A message that is settled already is answered at once.
    /// </summary>
    /// <param name="id">The message, from its receipt.</param>
    /// <param name="group">The group.</param>
    /// <param name="longest">At most so long; zero: the state at the moment.</param>
    /// <param name="until">For what. Default: for what is final.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>What is so by then; <see cref="MessageOutcome.IsReached"/> says whether it is what was waited for.</returns>
    /// <exception cref="Protocol.ForewaveException">
    /// <c>MessageNotFound</c>: it has passed its retention or was purged; <c>Timeout</c> or <c>OutcomeUnknown</c> where the broker
    /// cannot be reached within the client's request timeout; <c>CapabilityMissing</c>.
    /// </exception>
    public ValueTask<MessageOutcome> WaitForOutcomeAsync(
        MessageId id, GroupName group, TimeSpan longest, OutcomeKind until = OutcomeKind.Final, CancellationToken cancellation = default) =>
        _waits.WaitAsync(id, group, until, longest, cancellation);

    /// <summary>Completes when there is a connection: for programs that want to know at their start.</summary>
    /// <exception cref="Protocol.ForewaveException">None came within the request timeout; the text says what went wrong last.</exception>
    public ValueTask ConnectAsync(CancellationToken cancellation = default) => ConnectAsync(_options.RequestTimeout, cancellation);

    /// <summary>The same, with another patience than the request timeout.</summary>
    /// <param name="longest">So long at most; it goes on connecting afterwards.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="Protocol.ForewaveException">None came in time; the text says what went wrong last.</exception>
    public async ValueTask ConnectAsync(TimeSpan longest, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        await _links.ConnectionAsync(longest, cancellation).ConfigureAwait(false);
    }

    /// <summary>Why there is no connection, in words; null while there is one.</summary>
    internal string? WhyAway => _links.First.Link.WhyAway;

    /// <summary>Ends the connection. Producers and consumers are to be disposed before.</summary>
    public ValueTask DisposeAsync() => _links.DisposeAsync();
}
