using Forewave.Client;

namespace Forewave.Outbox.Tests.Relaying;

/// <summary>A relay that runs until it is disposed.</summary>
internal sealed class RunningRelay : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly ForewaveClient _client;

    private RunningRelay(ForewaveClient client, OutboxRelayOptions options)
    {
        _client = client;
        Relay = new OutboxRelay(client, options);
        Running = Relay.RunAsync(_end.Token);
    }

    public OutboxRelay Relay { get; }

    public Task Running { get; }

    public static RunningRelay Start(ForewaveClient client, OutboxRelayOptions options) => new(client, options);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Relay.DisposeAsync();
        await _client.DisposeAsync();
        _end.Dispose();
    }
}
