using Forewave.Client;
using Forewave.Client.Connections;
using Forewave.Client.Consuming;

namespace Forewave.Server.Http.Consuming;

/// <summary>Receives of a broker that is alone. Thread-safe.</summary>
/// <param name="options">With a connector.</param>
internal sealed class LonePulls(ForewaveClientOptions options) : IPulls
{
    private readonly PullConnections _connections = new(options, async end => new PipeTransport(await options.Connector!(end)));

    /// <inheritdoc/>
    public Task ReceiveAsync(SubscriptionKey key, PullTerms terms, Func<PulledMessages, SubscriptionTerms, Task> deliver, CancellationToken gone) =>
        _connections.ReceiveAsync(key, terms, deliver, gone);

    public ValueTask DisposeAsync() => _connections.DisposeAsync();
}
