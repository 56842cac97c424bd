using Forewave.Client.Administration;
using Forewave.Client.Connections;
using Forewave.Client.Consuming;
using Forewave.Client.Producing;
using Forewave.Protocol;

namespace Forewave.Client;

/// <summary>
/// The way to a Forewave broker. Thread-safe; make one for a program and keep it. It connects when it is first used, and again
/// by itself whenever the connection ends.
/// </summary>
public sealed class ForewaveClient : IAsyncDisposable
{
    private readonly ForewaveClientOptions _options;
    private readonly BrokerLink _link;

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
        _link = new BrokerLink(_options);
        Administration = new BrokerAdministration(new AdministrationCalls(_link, _options));
    }

    /// <summary>Looks at queues, groups and dead letters and changes them.</summary>
    public BrokerAdministration Administration { get; }

    /// <summary>Makes a producer. Cheap; it connects in the background. The caller disposes it.</summary>
    public Producer CreateProducer(ProducerOptions? options = null) => new(_link, options ?? new ProducerOptions(), _options);

    /// <summary>
    /// Makes a consumer: a member of a group of a queue, both made if there are none. Cheap; it connects in the background. The
    /// caller disposes it.
    /// </summary>
    public Consumer CreateConsumer(QueueName queue, GroupName group, ConsumerOptions? options = null) =>
        new(_link, queue, group, options ?? new ConsumerOptions(), _options);

    /// <summary>Completes when there is a connection: for programs that want to know at their start.</summary>
    /// <exception cref="Protocol.ForewaveException">None came within the request timeout.</exception>
    public async ValueTask ConnectAsync(CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        await _link.ConnectionAsync(_options.RequestTimeout, cancellation).ConfigureAwait(false);
    }

    /// <summary>Ends the connection. Producers and consumers are to be disposed before.</summary>
    public ValueTask DisposeAsync() => _link.DisposeAsync();
}
