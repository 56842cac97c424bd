using Forewave.Client.Connections;
using Forewave.Client.Telemetry;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Protocol.V1;
using Microsoft.Extensions.Logging;

namespace Forewave.Client.Consuming;

/// <summary>
/// A consumer's way to one partition: its subscription there, what came from it and what of that is not settled. Thread-safe; what waits and
/// what is leased is guarded by the consumer's lock, which its partitions share.
/// </summary>
internal sealed class ConsumerLane : ILinkParticipant, IDeliveryHandler
{
    private readonly BrokerLink _link;
    private readonly ConsumerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LeasedRuns _leased = new();
    private readonly Subscribing _subscribing;
    private readonly SubscriptionSlot _slot = new();
    private PartitionNumber _partition;
    private bool _isClosed;

    public ConsumerLane(BrokerLink link, Consumer consumer, ConsumerOptions options, ForewaveClientOptions client, Arrivals arrivals)
    {
        _link = link;
        _options = options;
        _time = client.TimeProvider;
        _logger = consumer.Logger;
        Consumer = consumer;
        Settlements = new Settlements(arrivals.Gate, _leased, _time, options.AckDelay)
        {
            TellUnsettled = TellUnsettled,
            Timeout = client.RequestTimeout,
            AtMostOnce = options.AtMostOnce,
        };
        Prefetch = new Prefetch(this, arrivals, _leased, options, _time);
        _subscribing = new Subscribing(this, options, client);
    }

    /// <summary>Whose it is.</summary>
    public Consumer Consumer { get; }

    public Settlements Settlements { get; }

    public Prefetch Prefetch { get; }

    /// <summary>What the partition said of the consumer's role last.</summary>
    public ConsumerRole Role { get; private set; }

    /// <summary>Begins.</summary>
    public void Join() => _link.Join(this);

    /// <summary>Completes when there is a subscription.</summary>
    public Task SubscribedAsync() => _slot.NextAsync();

    /// <summary>Receives no more, gives back what was not handed out, and says so to the partition.</summary>
    public async Task CloseAsync(CancellationToken cancellation)
    {
        Volatile.Write(ref _isClosed, true);
        Prefetch.Close();
        await UnsubscribeAsync(cancellation).ConfigureAwait(false);
        await Settlements.IdleAsync().WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>It has ended: what is not answered by now ends so.</summary>
    public void End(ForewaveException closed)
    {
        _link.Leave(this);
        _slot.Fail(closed);
        Settlements.End(closed);
        Settlements.Dispose();
    }

    /// <summary>Nothing will come any more.</summary>
    public void Fail(ForewaveException reason)
    {
        Prefetch.Fail(reason);
        _slot.Fail(reason);
    }

    public void Tick()
    {
        Prefetch.Tick();
        Settlements.Tick();
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
        SetRole(ConsumerRole.Unknown);
        Prefetch.Detach();
        Settlements.Detach();
        if (reason.Code == ErrorCode.ClientClosed)
        {
            Consumer.Fail(reason);
        }
    }

    void IDeliveryHandler.Delivered(ReadOnlySpan<byte> frame, ByteRange payload) => Prefetch.Add(frame, payload, isPull: false);

    void IDeliveryHandler.GoingAway()
    {
        if (_slot.Take() is { } subscription)
        {
            LeaveFor(subscription.Connection, subscription.Terms.Handle);
        }
    }

    void IDeliveryHandler.RoleChanged(Protocol.V1.ConsumerRole role) => SetRole(RoleOf(role));

    void IDeliveryHandler.Ended(ForewaveException reason)
    {
        SetRole(ConsumerRole.Unknown);
        ClientLog.SubscriptionEnded(_logger, Consumer.Queue, Consumer.Group, reason.Message);
        Consumer.Fail(reason);
    }

    private async ValueTask ConnectedAsync(Connection connection, CancellationToken cancellation)
    {
        try
        {
            await _subscribing.SubscribeAsync(connection, answer => Subscribed(connection, answer), cancellation).ConfigureAwait(false);
        }
        catch (ForewaveException e) when (!connection.IsEnding && e.Retry == RetryAdvice.Never)
        {
            if (e.Code == ErrorCode.QueueNotFound && Consumer.HasSeveral)
            {
                // The queue has not come to this partition: the others may have it. It is looked for again over the next connection.
                return;
            }

            ClientLog.SubscriptionEnded(_logger, Consumer.Queue, Consumer.Group, e.Message);
            Consumer.Fail(e);
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

        _partition = terms.Partition;
        connection.AddSubscription(terms.Handle, this);
        Settlements.Attach(connection);
        Prefetch.Attach(connection, terms);
        _slot.Set(new Subscription(connection, terms));
        SetRole(RoleOf(answer.Role));
    }

    private static ConsumerRole RoleOf(Protocol.V1.ConsumerRole role) =>
        Enum.IsDefined((ConsumerRole)role) ? (ConsumerRole)role : ConsumerRole.Unknown;

    // The broker goes away: no message is asked for any more. What it has sent already still comes, and stays leased to this
    // consumer until it is back.
    private void LeaveFor(Connection connection, uint handle)
    {
        Prefetch.Detach();
        connection.SendLast(new ClientFrame { Unsubscribe = new Unsubscribe { Subscription = handle } });
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

    private void SetRole(ConsumerRole role)
    {
        Role = role;
        Consumer.NoteRole();
    }

    /// <summary>Asks for messages, and waits for the first one.</summary>
    public async Task PullAsync(uint maxMessages, TimeSpan wait, CancellationToken cancellation)
    {
        PullAnswer pull = new(Prefetch);
        Connection? connection = null;
        try
        {
            await WaitAtMostAsync(_slot.NextAsync(), wait, cancellation).ConfigureAwait(false);
            Subscription? subscription = _slot.Current;
            connection = subscription?.Connection;
            if (subscription is null || !TryPull(subscription, pull, maxMessages, wait))
            {
                await Task.Delay(Consumer.TickPeriod, _time, cancellation).ConfigureAwait(false);
                return;
            }

            await pull.Task.WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (ForewaveException) when (connection is { IsEnding: true } || Prefetch.IsEnded)
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

    private void TellUnsettled(UnsettledMessages messages)
    {
        if (messages.Verb == Protocol.SettleVerb.Release && messages.Error.Code == ErrorCode.LeaseLost)
        {
            // It was to be given back, and somebody has it already.
            return;
        }

        ClientTelemetry.NoteUnsettled(Consumer, messages);
        ClientLog.NotSettled(
            _logger, Consumer.Queue, Consumer.Group, messages.First, messages.Count, messages.Error.Message);
        try
        {
            _options.OnSettleFailed?.Invoke(messages with { Partition = _partition });
        }
        catch (Exception e)
        {
            ClientLog.ObserverFailed(_logger, e);
        }
    }
}
