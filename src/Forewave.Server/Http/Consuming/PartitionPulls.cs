using System.Collections.Concurrent;
using Forewave.Client;
using Forewave.Client.Administration;
using Forewave.Client.Connections;
using Forewave.Client.Consuming;
using Forewave.Protocol;
using Forewave.Protocol.Routes;

namespace Forewave.Server.Http.Consuming;

/// <summary>
/// Receives from all partitions of a cluster. A receive asks one after the other, each time beginning with the next one, and takes what the first
/// has that has any; where none has, it waits at all of them at once for the first, and what another one gives at the same moment is given
/// back in place. A partition that does not answer in a second is left out of the first round for some. Thread-safe.
/// </summary>
internal sealed class PartitionPulls : IPulls
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    private readonly ClusterWay _way;
    private readonly ForewaveClientOptions _options;
    private readonly ConcurrentDictionary<PartitionNumber, Lazy<PullConnections>> _connections = new();
    private readonly ConcurrentDictionary<PartitionNumber, long> _silentSince = new();
    private uint _turn = (uint)Random.Shared.Next();

    /// <param name="way">The way to the partitions.</param>
    /// <param name="options">Those that go this way.</param>
    public PartitionPulls(ClusterWay way, ForewaveClientOptions options) => (_way, _options) = (way, options);

    /// <inheritdoc/>
    public async Task ReceiveAsync(SubscriptionKey key, PullTerms terms, Func<PulledMessages, SubscriptionTerms, Task> deliver, CancellationToken gone)
    {
        Route[] routes = [.. _way.Routes.Routes];
        if (routes.Length == 0)
            throw new ForewaveException(ErrorCode.Disconnected, "The broker has just begun and does not know the routes of its cluster yet.");
        if (routes.Length == 1)
        {
            await Of(routes[0].Partition).ReceiveAsync(key, terms, deliver, gone);
            return;
        }
        PulledOnce pulled = new(deliver);
        int start = (int)(Interlocked.Increment(ref _turn) % (uint)routes.Length);
        for (int i = 0; i < routes.Length && !pulled.IsTaken; i++)
        {
            var partition = routes[(start + i) % routes.Length].Partition;
            if (!IsSilent(partition))
                await TryAsync(partition, key, terms with { Wait = TimeSpan.Zero }, pulled, gone);
        }
        if (!pulled.IsTaken && terms.Wait > TimeSpan.Zero)
            await WaitAsync(routes, key, terms, pulled, gone);
        gone.ThrowIfCancellationRequested();
        await pulled.EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connections in _connections.Values)
            await connections.Value.DisposeAsync();
    }

    private async Task WaitAsync(Route[] routes, SubscriptionKey key, PullTerms terms, PulledOnce pulled, CancellationToken gone)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(gone);
        var all = Array.ConvertAll(routes, route => TryAsync(route.Partition, key, terms, pulled, end.Token));
        await Task.WhenAny(pulled.Taken, Task.WhenAll(all));
        // The others give up, and what comes to them nevertheless goes back.
        await end.CancelAsync();
        await Task.WhenAll(all);
    }

    // Throws what refuses the receive as a whole, and what handing on threw.
    private async Task TryAsync(PartitionNumber partition, SubscriptionKey key, PullTerms terms, PulledOnce pulled, CancellationToken gone)
    {
        using CancellationTokenSource late = new(terms.Wait + Soon, _options.TimeProvider);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(late.Token, gone);
        try
        {
            await Of(partition).ReceiveAsync(key, terms, pulled.DeliverAsync, end.Token);
            _silentSince.TryRemove(partition, out _);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !gone.IsCancellationRequested)
        {
            Note(partition, pulled, new ForewaveException(ErrorCode.Timeout, $"Partition {partition} did not answer."));
        }
        catch (OperationCanceledException)
        {
            // Another one had messages, or nobody waits any more.
        }
        catch (ForewaveException none) when (IsOfOne(none))
        {
            Note(partition, pulled, none);
        }
    }

    private static bool IsOfOne(ForewaveException error) =>
        PartitionAnswer.IsSilence(error) || error.Code is ErrorCode.NotOwner or ErrorCode.QueueNotFound or ErrorCode.HelloExpected;

    private void Note(PartitionNumber partition, PulledOnce pulled, ForewaveException error)
    {
        pulled.Missing(error);
        if (error.Code != ErrorCode.QueueNotFound)
            _silentSince[partition] = _options.TimeProvider.GetTimestamp();
    }

    private bool IsSilent(PartitionNumber partition) =>
        _silentSince.TryGetValue(partition, out long since) && _options.TimeProvider.GetElapsedTime(since) < Silence;

    private PullConnections Of(PartitionNumber partition) => _connections.GetOrAdd(partition, one => new Lazy<PullConnections>(() => new PullConnections(_options, end => ReachAsync(one, end))
    {
        LeastEpoch = () => _way.Routes.Find(one)?.Epoch.Value ?? 0,
    })).Value;

    private async ValueTask<IWireTransport> ReachAsync(PartitionNumber partition, CancellationToken end)
    {
        string address = _way.Routes.Find(partition)?.Address ?? "";
        if (!ServerAddress.TryParse(address, out var place))
            throw new ForewaveException(ErrorCode.NotOwner, $"Nobody serves partition {partition} at present.");
        try
        {
            return await Transports.ConnectAsync(place, _options, end);
        }
        catch (Exception away) when (away is System.Net.Sockets.SocketException or IOException)
        {
            throw new ForewaveException(ErrorCode.Disconnected, $"Partition {partition} at {address} cannot be reached: {away.Message}", away);
        }
    }
}
