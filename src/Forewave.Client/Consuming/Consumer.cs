using Forewave.Client.Routing;
using Forewave.Client.Telemetry;
using Forewave.Protocol;
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
/// <para>
/// Of several partitions it reads all, in turn, with a subscription at each; the prefetch is shared out evenly. One that does not answer
/// holds up its own messages alone.
/// </para>
/// </summary>
public sealed class Consumer : IAsyncEnumerable<ReceivedMessage>, IAsyncDisposable, IPartitioned
{
    internal static readonly TimeSpan TickPeriod = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestAckDelay = TimeSpan.FromSeconds(1);

    private readonly PartitionLinks _links;
    private readonly ConsumerOptions _options;
    private readonly ForewaveClientOptions _client;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Arrivals _arrivals = new();
    private readonly ConsumerRoles _roles;
    private readonly ITimer _timer;
    private volatile ConsumerLane[] _lanes = [];
    private Task?[] _pulls = [];
    private ForewaveException? _fault;
    private uint _turn;
    private bool _isClosed;

    internal Consumer(PartitionLinks links, QueueName queue, GroupName group, ConsumerOptions options, ForewaveClientOptions client)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.AckDelay, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.AckDelay, LongestAckDelay);
        (_links, _options, _client, _time) = (links, options, client, client.TimeProvider);
        _logger = client.LoggerFactory.CreateLogger("Forewave.Client");
        (Queue, Group) = (queue, group);
        ConsumerId = options.ConsumerId ?? ConsumerId.New();
        _roles = new ConsumerRoles(options.OnRoleChanged, e => ClientLog.ObserverFailed(_logger, e));
        _timer = _time.CreateTimer(static consumer => ((Consumer)consumer!).Tick(), this, TickPeriod, TickPeriod);
        links.Join(this);
    }

    /// <summary>The queue.</summary>
    public QueueName Queue { get; }

    /// <summary>The group.</summary>
    public GroupName Group { get; }

    /// <summary>Under which the broker knows this consumer, through reconnects.</summary>
    public ConsumerId ConsumerId { get; }

    /// <summary>
    /// What it gets of its group's messages, as the broker said last; while there is no connection <see cref="ConsumerRole.Unknown"/>. Each
    /// partition decides for itself: of several, the most that one says.
    /// It is no lock: who was active may have been replaced before it hears so.
    /// </summary>
    public ConsumerRole Role => _roles.Current;

    internal TimeProvider Time => _time;

    internal ILogger Logger => _logger;

    /// <summary>
    /// Completes when the consumer is in its group, of several partitions at one of them: for programs that want to know at their start. Receiving waits for that by
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
            Task first = await Task.WhenAny(_lanes.Select(lane => lane.SubscribedAsync())).WaitAsync(_client.RequestTimeout, _time, cancellation).ConfigureAwait(false);
            await first.ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new ForewaveException(ErrorCode.Timeout, $"No broker took the consumer into its group within {_client.RequestTimeout}.", e);
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
        return TryReceive(new Span<ReceivedMessage>(ref message)) > 0;
    }

    /// <summary>
    /// Takes messages that are here already, as many as there is room for; the cheapest way to take many. Costs no allocation.
    /// </summary>
    /// <param name="messages">Gets them, from its front on.</param>
    /// <returns>How many; 0: there is none now.</returns>
    /// <exception cref="ForewaveException">The subscription ended, or cannot be made.</exception>
    public int TryReceive(Span<ReceivedMessage> messages)
    {
        ConsumerLane[] lanes = _lanes;
        return lanes.Length == 1 ? lanes[0].Prefetch.Take(messages) : Take(lanes, messages);
    }

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
        DateTimeOffset? asked = ClientSpans.IsOn ? _time.GetUtcNow() : null;
        IReadOnlyList<ReceivedMessage> messages = await CollectAsync(maxMessages, wait, cancellation).ConfigureAwait(false);
        if (asked is { } time)
        {
            ClientSpans.Received(this, messages, time);
        }

        return messages;
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
    public Task FlushAsync(CancellationToken cancellation = default) =>
        Task.WhenAll(_lanes.Select(lane => lane.Settlements.IdleAsync())).WaitAsync(cancellation);

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

        ConsumerLane[] lanes = _lanes;
        using CancellationTokenSource timeout = new(_options.CloseTimeout, _time);
        try
        {
            await Task.WhenAll(lanes.Select(lane => lane.CloseAsync(timeout.Token))).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ForewaveException or OperationCanceledException)
        {
            ClientLog.NotClosedCleanly(_logger, Queue, Group, e.Message);
        }

        _roles.Set(ConsumerRole.Unknown);
        _links.Leave(this);
        await _timer.DisposeAsync().ConfigureAwait(false);
        ForewaveException closed = new(ErrorCode.ClientClosed, "The consumer was closed.");
        Array.ForEach(lanes, lane => lane.End(closed));
    }

    /// <summary>Waits until it is worth looking for a message; false: none will come, the consumer is disposed.</summary>
    internal async ValueTask<bool> WaitAsync(CancellationToken cancellation)
    {
        await WaitAsync(1, Limits.MaxReceiveWait, cancellation).ConfigureAwait(false);
        return !Volatile.Read(ref _isClosed);
    }

    /// <summary>There are several partitions.</summary>
    internal bool HasSeveral => _lanes.Length > 1;

    /// <summary>Nothing will come any more, from whichever partition that was said.</summary>
    internal void Fail(ForewaveException reason)
    {
        lock (_arrivals.Gate)
        {
            _fault ??= reason;
        }

        Array.ForEach(_lanes, lane => lane.Fail(reason));
    }

    /// <summary>A partition has another word on the role.</summary>
    internal void NoteRole() => _roles.Set(_lanes.Select(lane => lane.Role).DefaultIfEmpty().MaxBy(role => role switch
    {
        ConsumerRole.Active => 3,
        ConsumerRole.Shared => 2,
        ConsumerRole.Passive => 1,
        _ => 0,
    }));

    void IPartitioned.Add(PartitionLink link)
    {
        ConsumerLane lane = new(link.Link, this, _options, _client, _arrivals);
        ForewaveException? fault;
        lock (_arrivals.Gate)
        {
            fault = _fault;
            _lanes = [.. _lanes, lane];
            Array.Resize(ref _pulls, _lanes.Length);
            Array.ForEach(_lanes, one => one.Prefetch.Share(_lanes.Length));
        }

        if (fault is not null)
        {
            lane.Fail(fault);
        }
        else if (!Volatile.Read(ref _isClosed))
        {
            lane.Join();
        }
    }

    private async ValueTask<IReadOnlyList<ReceivedMessage>> CollectAsync(int maxMessages, TimeSpan wait, CancellationToken cancellation)
    {
        long begun = _time.GetTimestamp();
        List<ReceivedMessage> messages = [];
        while (true)
        {
            while (messages.Count < maxMessages && TryReceive(out ReceivedMessage message))
            {
                messages.Add(message);
            }

            TimeSpan left = wait - _time.GetElapsedTime(begun);
            if (messages.Count > 0 || left <= TimeSpan.Zero || _lanes[0].Prefetch.IsEnded)
            {
                return messages;
            }

            await WaitAsync((uint)maxMessages, left, cancellation).ConfigureAwait(false);
        }
    }

    // A little from each in turn, so that none waits for another to be empty.
    private int Take(ConsumerLane[] lanes, Span<ReceivedMessage> messages)
    {
        int start = (int)(Interlocked.Increment(ref _turn) % (uint)lanes.Length);
        int count = 0;
        for (int i = 0; i < lanes.Length && count < messages.Length; i++)
        {
            count += lanes[(start + i) % lanes.Length].Prefetch.Take(messages[count..]);
        }

        return count;
    }

    // With a prefetch a message comes by itself; without one it has to be asked for.
    private async ValueTask WaitAsync(uint maxMessages, TimeSpan wait, CancellationToken cancellation)
    {
        ConsumerLane[] lanes = _lanes;
        if (_options.PrefetchMessages > 0)
        {
            await lanes[0].Prefetch.WaitAsync(wait, cancellation).ConfigureAwait(false);
        }
        else if (lanes.Length == 1)
        {
            await lanes[0].PullAsync(maxMessages, wait, cancellation).ConfigureAwait(false);
        }
        else
        {
            await PullAllAsync(lanes, maxMessages, wait, cancellation).ConfigureAwait(false);
        }
    }

    // All are asked at the same time, each for its part; what comes beyond what was wanted waits here for the next receive, and who was asked
    // before and has not answered is not asked again.
    private async ValueTask PullAllAsync(ConsumerLane[] lanes, uint maxMessages, TimeSpan wait, CancellationToken cancellation)
    {
        uint part = (uint)((maxMessages + lanes.Length - 1) / lanes.Length);
        Task[] pulls = new Task[lanes.Length];
        lock (_arrivals.Gate)
        {
            if (_arrivals.Runs > 0)
            {
                return;
            }

            for (int i = 0; i < lanes.Length; i++)
            {
                Task? before = _pulls[i];
                pulls[i] = before is { IsCompleted: false } ? before : lanes[i].PullAsync(part, wait, CancellationToken.None);
                _pulls[i] = pulls[i];
            }
        }

        try
        {
            Task any = lanes[0].Prefetch.WaitAsync(wait, cancellation).AsTask();
            await Task.WhenAny([any, .. pulls]).WaitAsync(cancellation).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // The receiver looks at the time.
        }
    }

    private void Tick() => Array.ForEach(_lanes, static lane => lane.Tick());
}
