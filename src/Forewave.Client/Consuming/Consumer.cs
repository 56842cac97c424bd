using Forewave.Client.Connections;
using Forewave.Client.Telemetry;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Protocol.V1;
using Microsoft.Extensions.Logging;

namespace Forewave.Client.Consuming;

/// <summary>
/// Receives the messages of one queue as a member of a group: <c>await foreach (ReceivedMessage message in consumer)</c>, or
/// with a handler by <see cref="RunAsync"/>. Thread-safe: several callers share the messages.
/// <para>
/// Asks the broker ahead of the application, within <see cref="ConsumerOptions.PrefetchMessages"/> and
/// <see cref="ConsumerOptions.PrefetchBytes"/>. What has waited here for half of its lease goes back unstarted, its attempt not
/// counted, and less is asked for.
/// </para>
/// <para>
/// Lives through reconnects under its consumer id: what was handed out stays leased to it and can be settled, and is not handed
/// out again unless its lease has expired meanwhile. What was settled without an answer is settled again.
/// </para>
/// </summary>
public sealed class Consumer : IAsyncEnumerable<ReceivedMessage>, IAsyncDisposable, ILinkParticipant, IDeliveryHandler
{
    private static readonly TimeSpan LongestAckDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TickPeriod = TimeSpan.FromMilliseconds(250);

    private readonly BrokerLink _link;
    private readonly ConsumerOptions _options;
    private readonly TimeProvider _time;
    private readonly TimeSpan _patience;
    private readonly ILogger _logger;
    private readonly LeasedRuns _leased = new();
    private readonly Prefetch _prefetch;
    private readonly Subscribing _subscribing;
    private readonly ITimer _timer;
    private readonly SubscriptionSlot _slot = new();
    private readonly ConsumerRoles _roles;
    private bool _isClosed;

    internal Consumer(BrokerLink link, QueueName queue, GroupName group, ConsumerOptions options, ForewaveClientOptions client)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.AckDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.AckDelay, LongestAckDelay);
        _link = link;
        _options = options;
        _time = client.TimeProvider;
        _patience = client.RequestTimeout;
        _logger = client.LoggerFactory.CreateLogger("Forewave.Client");
        (Queue, Group) = (queue, group);
        ConsumerId = options.ConsumerId ?? ConsumerId.New();
        _roles = new ConsumerRoles(options.OnRoleChanged, e => ClientLog.ObserverFailed(_logger, e));
        Lock gate = new();
        Settlements = new Settlements(gate, _leased, _time, options.AckDelay)
        {
            TellUnsettled = TellUnsettled,
            Timeout = client.RequestTimeout,
            AtMostOnce = options.AtMostOnce,
        };
        _prefetch = new Prefetch(this, gate, _leased, Settlements, options, _time);
        _subscribing = new Subscribing(this, options, client);
        _timer = _time.CreateTimer(static consumer => ((Consumer)consumer!).Tick(), this, TickPeriod, TickPeriod);
        link.Join(this);
    }

    /// <summary>The queue.</summary>
    public QueueName Queue { get; }

    /// <summary>The group.</summary>
    public GroupName Group { get; }

    /// <summary>Under which the broker knows this consumer, through reconnects.</summary>
    public ConsumerId ConsumerId { get; }

    /// <summary>
    /// What it gets of its group's messages, as the broker said last; while there is no connection <see cref="ConsumerRole.Unknown"/>.
    /// It is no lock: who was active may have been replaced before it hears so.
    /// </summary>
    public ConsumerRole Role => _roles.Current;

    internal Settlements Settlements { get; }

    internal TimeProvider Time => _time;

    internal ILogger Logger => _logger;

    /// <summary>
    /// Completes when the consumer is in its group: for programs that want to know at their start. Receiving waits for that by
    /// itself.
    /// </summary>
    /// <exception cref="ForewaveException">
    /// The broker refuses it for good, for example <c>GroupFilterDiffers</c>; <c>Timeout</c>: it did not within the client's request
    /// timeout, but still may.
    /// </exception>
    public async Task SubscribedAsync(CancellationToken cancellation = default)
    {
        try
        {
            await _slot.NextAsync().WaitAsync(_patience, _time, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new ForewaveException(ErrorCode.Timeout, $"No broker took the consumer into its group within {_patience}.", e);
        }
    }

    /// <summary>
    /// The messages as they come; ends when the consumer is disposed. Several enumerations share the messages.
    /// </summary>
    /// <exception cref="ForewaveException">The subscription ended, or cannot be made.</exception>
    /// <exception cref="OperationCanceledException">By the token.</exception>
    public IAsyncEnumerator<ReceivedMessage> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new MessageEnumerator(this, cancellationToken);

    /// <summary>Takes a message that is here already; false: there is none now. Costs no allocation.</summary>
    /// <exception cref="ForewaveException">The subscription ended, or cannot be made.</exception>
    public bool TryReceive(out ReceivedMessage message)
    {
        message = default;
        return _prefetch.Take(new Span<ReceivedMessage>(ref message)) > 0;
    }

    /// <summary>
    /// Takes messages that are here already, as many as there is room for; the cheapest way to take many. Costs no allocation.
    /// </summary>
    /// <param name="messages">Gets them, from its front on.</param>
    /// <returns>How many; 0: there is none now.</returns>
    /// <exception cref="ForewaveException">The subscription ended, or cannot be made.</exception>
    public int TryReceive(Span<ReceivedMessage> messages) => _prefetch.Take(messages);

    /// <summary>Takes what is here, up to so many messages; waits for the first one.</summary>
    /// <param name="maxMessages">1 to 10,000.</param>
    /// <param name="wait">How long for the first one, at most 60 s.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Empty: none came in time, or the consumer was disposed.</returns>
    /// <exception cref="ForewaveException">The subscription ended, or cannot be made.</exception>
    public async ValueTask<IReadOnlyList<ReceivedMessage>> ReceiveAsync(
        int maxMessages, TimeSpan wait, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxMessages, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxMessages, Limits.ReceiveMessages);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(wait, Limits.MaxReceiveWait);
        cancellation.ThrowIfCancellationRequested();
        long begun = _time.GetTimestamp();
        List<ReceivedMessage> messages = [];
        while (true)
        {
            while (messages.Count < maxMessages && TryReceive(out ReceivedMessage message))
            {
                messages.Add(message);
            }

            TimeSpan left = wait - _time.GetElapsedTime(begun);
            if (messages.Count > 0 || left <= TimeSpan.Zero || _prefetch.IsEnded)
            {
                return messages;
            }

            await WaitAsync((uint)maxMessages, left, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Runs a handler for each message: acked when it returns, nacked (after the group's back-off, with the exception as reason)
    /// when it throws; its lease is extended while it runs. A handler may settle the message itself before it returns.
    /// </summary>
    /// <param name="handler">Runs on the thread pool. Its token is that of the call.</param>
    /// <param name="concurrency">How many run at once; 1: one message after the other.</param>
    /// <param name="cancellation">
    /// Ends it: no message is begun any more; a handler that throws <see cref="OperationCanceledException"/> then has its message
    /// released, its attempt not counted.
    /// </param>
    /// <returns>Completes when the consumer is disposed or the token cancelled, and every handler has ended.</returns>
    /// <exception cref="ForewaveException">The subscription ended, or cannot be made.</exception>
    public Task RunAsync(
        Func<ReceivedMessage, CancellationToken, ValueTask> handler, int concurrency = 1, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(handler);
        ArgumentOutOfRangeException.ThrowIfLessThan(concurrency, 1);
        return new HandlerRun(this, handler, concurrency).RunAsync(cancellation);
    }

    /// <summary>
    /// Completes when all that was settled before has been answered; waits through restarts of the broker, as long as the token
    /// allows.
    /// </summary>
    public Task FlushAsync(CancellationToken cancellation = default) => Settlements.IdleAsync().WaitAsync(cancellation);

    /// <summary>
    /// Ends it cleanly: receives no more, gives back what was not handed out, waits until what was settled is answered, at most
    /// for the close timeout. What was handed out and not settled stays leased until its timeout.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, true))
        {
            return;
        }

        _prefetch.Close();
        _roles.Set(ConsumerRole.Unknown);
        using CancellationTokenSource timeout = new(_options.CloseTimeout, _time);
        try
        {
            await UnsubscribeAsync(timeout.Token).ConfigureAwait(false);
            await FlushAsync(timeout.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ForewaveException or OperationCanceledException)
        {
            ClientLog.NotClosedCleanly(_logger, Queue, Group, e.Message);
        }

        _link.Leave(this);
        await _timer.DisposeAsync().ConfigureAwait(false);
        ForewaveException closed = new(ErrorCode.ClientClosed, "The consumer was closed.");
        _slot.Fail(closed);
        Settlements.End(closed);
        Settlements.Dispose();
    }

    /// <summary>Waits until it is worth looking for a message; false: none will come, the consumer is disposed.</summary>
    internal async ValueTask<bool> WaitAsync(CancellationToken cancellation)
    {
        await WaitAsync(1, Limits.MaxReceiveWait, cancellation).ConfigureAwait(false);
        return !Volatile.Read(ref _isClosed);
    }

    ValueTask ILinkParticipant.ConnectedAsync(Connection connection, CancellationToken cancellation)
    {
        if (!Volatile.Read(ref _isClosed))
        {
            return ConnectedAsync(connection, cancellation);
        }

        // A lease is settled from any connection: what the closed consumer still has to say needs no subscription.
        Settlements.Attach(connection);
        return default;
    }

    void ILinkParticipant.Disconnected(ForewaveException reason)
    {
        _slot.Take();
        _roles.Set(ConsumerRole.Unknown);
        _prefetch.Detach();
        Settlements.Detach();
        if (reason.Code == ErrorCode.ClientClosed)
        {
            Fail(reason);
        }
    }

    void IDeliveryHandler.Delivered(ReadOnlySpan<byte> frame, ByteRange payload) => _prefetch.Add(frame, payload, isPull: false);

    void IDeliveryHandler.GoingAway()
    {
        if (_slot.Take() is { } subscription)
        {
            LeaveFor(subscription.Connection, subscription.Terms.Handle);
        }
    }

    void IDeliveryHandler.RoleChanged(Protocol.V1.ConsumerRole role) => _roles.Set(RoleOf(role));

    void IDeliveryHandler.Ended(ForewaveException reason)
    {
        _roles.Set(ConsumerRole.Unknown);
        ClientLog.SubscriptionEnded(_logger, Queue, Group, reason.Message);
        Fail(reason);
    }

    private async ValueTask ConnectedAsync(Connection connection, CancellationToken cancellation)
    {
        try
        {
            await _subscribing.SubscribeAsync(connection, answer => Subscribed(connection, answer), cancellation).ConfigureAwait(false);
        }
        catch (ForewaveException e) when (!connection.IsEnding && e.Retry == RetryAdvice.Never)
        {
            ClientLog.SubscriptionEnded(_logger, Queue, Group, e.Message);
            Fail(e);
        }
    }

    // On the receive loop, before anything that follows the answer.
    private void Subscribed(Connection connection, Subscribed answer)
    {
        SubscriptionTerms terms = new(
            answer.Subscription,
            new PartitionNumber((ushort)connection.Hello.Partition),
            new QueueId(answer.QueueId),
            new GroupId(answer.GroupId),
            TimeSpan.FromMilliseconds(answer.VisibilityTimeout));
        if (connection.Leaving is not null)
        {
            LeaveFor(connection, terms.Handle);
            return;
        }

        connection.AddSubscription(terms.Handle, this);
        Settlements.Attach(connection);
        _prefetch.Attach(connection, terms);
        _slot.Set(new Subscription(connection, terms));
        _roles.Set(RoleOf(answer.Role));
    }

    private static ConsumerRole RoleOf(Protocol.V1.ConsumerRole role) =>
        Enum.IsDefined((ConsumerRole)role) ? (ConsumerRole)role : ConsumerRole.Unknown;

    // The broker goes away: no message is asked for any more. What it has sent already still comes, and stays leased to this
    // consumer until it is back.
    private void LeaveFor(Connection connection, uint handle)
    {
        _prefetch.Detach();
        connection.SendLast(new ClientFrame { Unsubscribe = new Unsubscribe { Subscription = handle } });
    }

    private void Fail(ForewaveException reason)
    {
        _prefetch.Fail(reason);
        _slot.Fail(reason);
    }

    private async ValueTask UnsubscribeAsync(CancellationToken cancellation)
    {
        if (_slot.Take() is { } subscription)
        {
            Unsubscribe request = new() { Subscription = subscription.Terms.Handle };
            try
            {
                await subscription.Connection.RequestAsync(new ClientFrame { Unsubscribe = request }, cancellation).ConfigureAwait(false);
            }
            catch (ForewaveException) when (subscription.Connection.IsEnding)
            {
                // The subscription ends with its connection.
            }

            subscription.Connection.RemoveSubscription(subscription.Terms.Handle);
        }
    }

    // With a prefetch a message comes by itself; without one it has to be asked for.
    private async ValueTask WaitAsync(uint maxMessages, TimeSpan wait, CancellationToken cancellation)
    {
        if (_options.PrefetchMessages > 0)
        {
            await _prefetch.WaitAsync(wait, cancellation).ConfigureAwait(false);
        }
        else
        {
            await PullAsync(maxMessages, wait, cancellation).ConfigureAwait(false);
        }
    }

    private async ValueTask PullAsync(uint maxMessages, TimeSpan wait, CancellationToken cancellation)
    {
        PullAnswer pull = new(_prefetch);
        Connection? connection = null;
        try
        {
            await WaitAtMostAsync(_slot.NextAsync(), wait, cancellation).ConfigureAwait(false);
            Subscription? subscription = _slot.Current;
            connection = subscription?.Connection;
            if (subscription is null || !TryPull(subscription, pull, maxMessages, wait))
            {
                await Task.Delay(TickPeriod, _time, cancellation).ConfigureAwait(false);
                return;
            }

            await pull.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (ForewaveException) when (connection is { IsEnding: true } || _prefetch.IsEnded)
        {
            // It is asked again over the next connection, or the receiver is told why there is none.
        }
    }

    private bool TryPull(Subscription subscription, PullAnswer pull, uint maxMessages, TimeSpan wait)
    {
        Receive request = new()
        {
            Subscription = subscription.Terms.Handle,
            MaxMessages = maxMessages,
            MaxBytes = (uint)_options.PrefetchBytes,
            Wait = (uint)Math.Max(1, wait.TotalMilliseconds),
        };
        return subscription.Connection.TryRequest(new ClientFrame { Receive = request }, pull);
    }

    private async ValueTask WaitAtMostAsync(Task waiting, TimeSpan wait, CancellationToken cancellation)
    {
        try
        {
            await waiting.WaitAsync(wait, _time, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The caller looks at the time.
        }
    }

    private void Tick()
    {
        _prefetch.Tick();
        Settlements.Tick();
    }

    private void TellUnsettled(UnsettledMessages messages)
    {
        if (messages.Verb == Protocol.SettleVerb.Release && messages.Error.Code == ErrorCode.LeaseLost)
        {
            // It was to be given back, and somebody has it already.
            return;
        }

        ClientTelemetry.NoteUnsettled(this, messages);
        ClientLog.NotSettled(
            _logger, Queue, Group, messages.First, messages.Count, messages.Error.Message);
        try
        {
            _options.OnSettleFailed?.Invoke(messages);
        }
        catch (Exception e)
        {
            ClientLog.ObserverFailed(_logger, e);
        }
    }
}
