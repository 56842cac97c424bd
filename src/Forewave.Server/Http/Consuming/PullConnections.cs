using Forewave.Client;
using Forewave.Client.Connections;
using Forewave.Client.Consuming;
using Forewave.Protocol;
using Forewave.Protocol.V1;

namespace Forewave.Server.Http.Consuming;

/// <summary>
/// Receives, over as many connections as they need. A timer ends subscriptions that nobody uses. Thread-safe; disposal fails what
/// waits.
/// </summary>
internal sealed class PullConnections : IAsyncDisposable
{
    /// <summary>How long a consumer counts as there after its last receive.</summary>
    public static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(60);

    private const int PullsPerConnection = Limits.RequestsInFlight / 2;
    private const int SubscriptionsPerConnection = 16 * 1024;
    private static readonly TimeSpan SweepPeriod = TimeSpan.FromSeconds(10);

    // Beyond the wait, for an answer that is late because the broker has much to do.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly ForewaveClientOptions _options;
    private readonly Func<CancellationToken, ValueTask<IWireTransport>> _reach;
    private readonly TimeProvider _time;

    // Never disposed: a request may still wait for it, and there is no handle to free.
    private readonly SemaphoreSlim _opening = new(1, 1);
    private readonly Lock _gate = new();
    private readonly List<PullConnection> _connections = [];
    private readonly ITimer _timer;
    private bool _isDisposed;

    /// <param name="options">Name, clock and time-out.</param>
    /// <param name="reach">Reaches the broker.</param>
    public PullConnections(ForewaveClientOptions options, Func<CancellationToken, ValueTask<IWireTransport>> reach)
    {
        _options = options;
        _reach = reach;
        _time = options.TimeProvider;
        _timer = _time.CreateTimer(static pulls => ((PullConnections)pulls!).Sweep(), this, SweepPeriod, SweepPeriod);
    }

    /// <summary>Connections to a master of an earlier epoch are left: receives on them fail, and come again. Default: none is.</summary>
    public Func<ulong> LeastEpoch { get; init; } = static () => 0;

    /// <summary>
    /// Receives messages and lets <paramref name="deliver"/> hand them on: what throws there has them released at once, in place.
    /// </summary>
    /// <param name="key">From where, for whom.</param>
    /// <param name="terms">How many, and how long to wait.</param>
    /// <param name="deliver">Gets the messages and what the broker said of the subscription.</param>
    /// <param name="gone">Nobody waits any more.</param>
    public async Task ReceiveAsync(SubscriptionKey key, PullTerms terms, Func<PulledMessages, SubscriptionTerms, Task> deliver, CancellationToken gone)
    {
        var connection = await TakeAsync(gone);
        try
        {
            var subscription = connection.TakeSubscription(key);
            try
            {
                var subscribed = await subscription.Subscribed.WaitAsync(_options.RequestTimeout, _time, gone);
                var messages = await PullAsync(connection, subscription, subscribed, terms, gone);
                await HandOnAsync(connection, messages, subscribed, deliver);
            }
            finally
            {
                subscription.Give();
            }
        }
        catch (TimeoutException late)
        {
            throw new ForewaveException(ErrorCode.Timeout, "The broker did not answer in time.", late);
        }
        finally
        {
            connection.Give();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync();
        PullConnection[] all;
        lock (_gate)
        {
            _isDisposed = true;
            all = [.. _connections];
            _connections.Clear();
        }
        foreach (var connection in all)
        {
            await connection.Connection.DisposeAsync();
            await connection.Ended;
        }
    }

    private async Task<PulledMessages> PullAsync(
        PullConnection connection, PullSubscription subscription, SubscriptionTerms subscribed, PullTerms terms, CancellationToken gone)
    {
        PullReply reply = new(connection, messages => connection.Release(messages, subscribed));
        connection.Ask();
        try
        {
            subscription.Pull(subscribed, terms, reply);
        }
        catch
        {
            connection.Answered();
            throw;
        }
        try
        {
            var leaving = connection.Connection.Ending;
            var first = await Task.WhenAny(reply.Task, leaving).WaitAsync(terms.Wait + Patience, _time, gone);
            // The broker is about to stop: who waits asks elsewhere, or again.
            if (first == leaving && reply.TryGiveUp())
                throw new ForewaveException(ErrorCode.ShuttingDown);
            return await reply.Task;
        }
        catch (Exception ended) when (ended is OperationCanceledException or TimeoutException)
        {
            if (!reply.TryGiveUp())
                connection.Release(await reply.Task, subscribed);
            throw;
        }
    }

    private static async Task HandOnAsync(
        PullConnection connection, PulledMessages messages, SubscriptionTerms subscribed, Func<PulledMessages, SubscriptionTerms, Task> deliver)
    {
        try
        {
            await deliver(messages, subscribed);
        }
        catch
        {
            connection.Release(messages, subscribed);
            throw;
        }
    }

    private async ValueTask<PullConnection> TakeAsync(CancellationToken gone)
    {
        if (TryTake() is { } connection)
            return connection;
        await _opening.WaitAsync(gone);
        try
        {
            return TryTake() ?? await OpenAsync(gone);
        }
        finally
        {
            _opening.Release();
        }
    }

    private PullConnection? TryTake()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            ulong least = LeastEpoch();
            _connections.FindAll(connection => connection.Connection.Hello.Epoch < least).ForEach(Leave);
            _connections.RemoveAll(connection => connection.Connection.IsEnding);
            var free = _connections.Find(connection =>
                Math.Max(connection.Pulls, connection.Asked) < PullsPerConnection && connection.Subscriptions < SubscriptionsPerConnection);
            free?.Take();
            return free;
        }
    }

    private static void Leave(PullConnection former) =>
        former.Connection.Fail(new ForewaveException(ErrorCode.NotOwner, "The partition has another master since."));

    private async ValueTask<PullConnection> OpenAsync(CancellationToken gone)
    {
        Hello hello = new() { ProtocolVersion = Limits.ProtocolVersion, Role = "consumer", Name = _options.Name, Sdk = "forewave-http" };
        _options.Credentials?.Fill(hello);
        PullConnection connection = new(await Connection.OpenAsync(await _reach(gone), hello, _time, gone), _time);
        connection.Take();
        bool isLate;
        lock (_gate)
        {
            isLate = _isDisposed;
            if (!isLate)
                _connections.Add(connection);
        }
        if (isLate)
        {
            await connection.Connection.DisposeAsync();
            throw new ForewaveException(ErrorCode.ShuttingDown);
        }
        return connection;
    }

    private void Sweep()
    {
        PullConnection[] all;
        lock (_gate)
            all = [.. _connections];
        foreach (var connection in all)
            connection.EndIdle(IdleTime);
    }
}
