using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Forewave.Client.Connections;
using Forewave.Client.Routing;
using Forewave.Client.Telemetry;
using Forewave.Client.Transactions;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Protocol.Routes;

namespace Forewave.Client.Producing;

/// <summary>
/// Publishes messages to any number of queues. Thread-safe; make one and keep it. Messages of one queue are stored in the order
/// in which publishing was called, through reconnects too, at each partition; of several partitions an ordering key keeps to one. Only what the broker refused for now (a full disk) and the retry
/// policy sends again comes after what was published meanwhile.
/// <para>
/// Batches by itself: whatever gathers while an earlier send is under way goes together, nothing waits for more to come. So
/// many messages in flight are cheap and one awaited after the other costs a sync and a round trip each.
/// </para>
/// <para>
/// Lives through reconnects: what is not answered is sent again under its sequence, and stored once.
/// </para>
/// </summary>
public sealed class Producer : IPartitioned, IAsyncDisposable
{
    private static readonly TimeSpan TickPeriod = TimeSpan.FromMilliseconds(100);

    private readonly PartitionLinks? _links;
    private readonly ProducerOptions _options;
    private readonly ForewaveClientOptions _client;
    private readonly TimeProvider _time;
    private readonly ProducerShare _share;
    private readonly PublishLine _line = new();
    private readonly ITimer _timer;
    private readonly TransactionLanes? _transactions;

    // Null while there is one partition.
    private volatile PartitionedSending? _several;
    private ProducerLane _first = null!;
    private PartitionLink? _firstLink;
    private bool _isClosed;

    internal Producer(PartitionLinks links, ProducerOptions options, ForewaveClientOptions client)
        : this(options, client)
    {
        _links = links;
        links.Join(this);
    }

    /// <summary>To the broker of one link, whatever partition it serves.</summary>
    internal Producer(BrokerLink link, ProducerOptions options, ForewaveClientOptions client)
        : this(options, client)
    {
        _transactions?.Add(link);
        Begin(link);
    }

    private Producer(ProducerOptions options, ForewaveClientOptions client)
    {
        (_options, _client, _time) = (options, client, client.TimeProvider);
        _share = new ProducerShare { Id = options.ProducerId ?? ProducerId.New(), TellSlots = TellSlots, Doubt = () => _links?.Doubt() };
        _transactions = options.CheckBack is null ? null : new TransactionLanes(options, client);
        _timer = _time.CreateTimer(static producer => ((Producer)producer!).Tick(), this, TickPeriod, TickPeriod);
    }

    /// <summary>The id under which the broker knows this instance; of several partitions, the first one.</summary>
    public ProducerId ProducerId => _first.Id;

    /// <summary>The highest sequence that was used, for programs with an id of their own; of several partitions, at the first one.</summary>
    public Sequence LastSequence => _first.Buffer.LastSequence;

    /// <summary>Publishes bytes. As <see cref="PublishAsync(QueueName, Message, CancellationToken)"/>.</summary>
    public ValueTask<Receipt> PublishAsync(QueueName queue, ReadOnlyMemory<byte> body, CancellationToken cancellation = default) =>
        PublishAsync(queue, new Message(body), cancellation);

    /// <summary>Publishes a value as JSON. As <see cref="PublishAsync(QueueName, Message, CancellationToken)"/>.</summary>
    public ValueTask<Receipt> PublishAsync<T>(
        QueueName queue, T value, JsonTypeInfo<T> type, CancellationToken cancellation = default) =>
        PublishAsync(queue, new Message(JsonSerializer.SerializeToUtf8Bytes(value, type)), cancellation);

    /// <summary>
    /// Publishes a message; completes when it is stored as durably as its queue asks for. Costs no allocation unless the wait
    /// can be cancelled.
    /// </summary>
    /// <param name="queue">Made if there is none, unless the options or the broker say otherwise.</param>
    /// <param name="message">
    /// Copied before this returns, unless there is no room yet: then publishes wait for it in the order of their calls.
    /// </param>
    /// <param name="cancellation">
    /// Ends the wait; the message may be stored all the same, but not when it was cancelled before the call.
    /// </param>
    /// <exception cref="ForewaveException">
    /// The message breaks a limit or was refused (not stored), or its outcome is unknown: see its <c>Stored</c>.
    /// </exception>
    public ValueTask<Receipt> PublishAsync(QueueName queue, Message message, CancellationToken cancellation = default) =>
        ClientSpans.IsOn ? PublishTracedAsync(queue, message, cancellation) : PublishOneAsync(queue, ClientSpans.InCurrent(message), cancellation);

    /// <summary>
    /// Publishes a message whose outcome an observer hears of; does not wait. The fastest way: no allocation, no task.
    /// </summary>
    /// <returns>
    /// False: the buffer is full, nothing was taken; wait with <see cref="WaitForRoomAsync"/>. So it is too before the first
    /// connection, for a message that asks for more than every broker can do.
    /// </returns>
    /// <exception cref="ForewaveException">
    /// The message breaks a limit or asks for what the broker cannot do (<c>CapabilityMissing</c>), or the producer is closed.
    /// </exception>
    public bool TryPublish(QueueName queue, in Message message, IPublishObserver observer, long token = 0)
    {
        if (!ClientSpans.IsOn)
        {
            return TryAdd(queue, ClientSpans.InCurrent(message), new CompletionEntry(observer, token));
        }

        Activity? around = Activity.Current;
        Activity? span = ClientSpans.StartPublish(queue, message);
        Activity.Current = around;
        return span is null
            ? TryAdd(queue, ClientSpans.InCurrent(message), new CompletionEntry(observer, token))
            : TryAdd(queue, message, (span, new CompletionEntry(new TracedPublish(span, observer), token)));
    }

    /// <summary>As above, for a message that is all fields.</summary>
    internal bool TryPublish(QueueName queue, in MessageFields fields, in CompletionEntry entry) =>
        _several is { } several ? several.TryAdd(queue, fields, entry) : _first.Buffer.TryAdd(queue, fields, entry);

    /// <summary>Completes when a publish that found no room is worth another try.</summary>
    public Task WaitForRoomAsync(CancellationToken cancellation = default) => _share.Room.WaitAsync().WaitAsync(cancellation);

    /// <summary>
    /// Publishes many messages to one queue; completes when all are stored, with their receipts in order.
    /// </summary>
    /// <exception cref="ForewaveException">
    /// One of them failed: this is the first error; the others may be stored or not. To know each, use an observer.
    /// </exception>
    public async ValueTask<IReadOnlyList<Receipt>> PublishManyAsync(
        QueueName queue, IReadOnlyList<Message> messages, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        cancellation.ThrowIfCancellationRequested();
        if (messages.Count == 0)
        {
            return [];
        }

        return ClientSpans.IsOn
            ? await PublishManyTracedAsync(queue, messages, cancellation).ConfigureAwait(false)
            : await AddManyAsync(queue, messages, cancellation).ConfigureAwait(false);
    }

    private async ValueTask<IReadOnlyList<Receipt>> AddManyAsync(
        QueueName queue, IReadOnlyList<Message> messages, CancellationToken cancellation)
    {
        ManyPublishes many = new(messages.Count);
        int added = 0;
        try
        {
            while (added < messages.Count && _line.IsEmpty && TryAdd(queue, ClientSpans.InCurrent(messages[added]), new CompletionEntry(many, added)))
            {
                added++;
            }

            if (added < messages.Count)
            {
                await _line.PassAsync(
                    async () =>
                    {
                        for (; added < messages.Count; added++)
                        {
                            while (!TryAdd(queue, ClientSpans.InCurrent(messages[added]), new CompletionEntry(many, added)))
                            {
                                await WaitForRoomAsync(cancellation).ConfigureAwait(false);
                            }
                        }
                    },
                    cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            if (added < messages.Count)
            {
                many.CountDown(messages.Count - added);
            }
        }

        return await many.Task.WaitAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>
    /// Begins a transaction: messages that become available together. For producers with <see cref="ProducerOptions.CheckBack"/>. Costs a round
    /// trip, no sync. Dispose it.
    /// </summary>
    /// <param name="options">Where there are several partitions: which. Default: one after the other.</param>
    /// <param name="cancellation">Ends the wait; what was begun and has no messages is forgotten by the broker.</param>
    /// <exception cref="ForewaveException">
    /// <c>CheckBackMissing</c>, <c>TooManyTransactions</c>, <c>CapabilityMissing</c>, <c>NotOwner</c>: there is no such partition, or it did not answer within the delivery deadline; <c>Timeout</c>.
    /// </exception>
    public ValueTask<Transaction> BeginTransactionAsync(TransactionOptions? options = null, CancellationToken cancellation = default)
    {
        if (Volatile.Read(ref _isClosed))
        {
            throw new ForewaveException(ErrorCode.ClientClosed);
        }

        return _transactions is null
            ? throw new ForewaveException(ErrorCode.CheckBackMissing)
            : _transactions.BeginAsync(options ?? new TransactionOptions(), cancellation);
    }

    /// <summary>
    /// Runs a local transaction and publishes messages as one: prepares the messages, runs the local part, and commits. When the local part
    /// throws, or this program dies before the commit, <see cref="ProducerOptions.CheckBack"/> decides as soon as the broker asks, for only
    /// the business database knows: so messages come exactly when the local part was committed.
    /// </summary>
    /// <param name="messages">They come in this order.</param>
    /// <param name="local">
    /// Does the local transaction and commits it, together with the id that it is given, by which the handler finds it.
    /// </param>
    /// <param name="options">Where there are several partitions: which.</param>
    /// <param name="cancellation">Ends waiting, before the local part; and goes to it.</param>
    /// <exception cref="ForewaveException">
    /// <c>OutcomeUnknown</c>, after the local part was committed: whether the messages are is not known yet, and the check-back sees to it; do not
    /// run it again. <c>TransactionDecided</c>, after it too, and never before: somebody rolled the messages back. Whatever else, but what the local
    /// part throws itself: the messages were refused, or (<c>Timeout</c>) it is not known whether they got there, or the transaction was ended before
    /// all of them had; the local part did not run, and they never come.
    /// </exception>
    public async Task RunTransactionAsync(
        IReadOnlyList<TransactionMessage> messages,
        Func<TransactionId, CancellationToken, Task> local,
        TransactionOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(local);
        Transaction transaction = await BeforeLocalAsync(BeginTransactionAsync(options, cancellation).AsTask()).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await BeforeLocalAsync(transaction.PublishAsync(messages, cancellation).AsTask()).ConfigureAwait(false);
            // From here on only the business database knows.
            transaction.Leave();
            await local(transaction.Id, cancellation).ConfigureAwait(false);
            await CommitAfterLocalAsync(transaction).ConfigureAwait(false);
        }
    }

    // An unknown outcome and a decision say that the local part was committed: before it none is told. What is prepared without it is rolled back,
    // or was already: by a check-back that found no local part, while the messages were on their way.
    private static async Task<T> BeforeLocalAsync<T>(Task<T> step)
    {
        try
        {
            return await step.ConfigureAwait(false);
        }
        catch (ForewaveException e) when (e.Stored == StoredOutcome.Unknown || e.Code is ErrorCode.TransactionDecided or ErrorCode.TransactionNotFound)
        {
            throw new ForewaveException(ErrorCode.Timeout, "The messages could not be prepared for certain: the local part did not run, and they never come.", e);
        }
    }

    // Whatever goes wrong now, the local part was committed: nobody may take it for a refusal and run it again.
    private static async Task CommitAfterLocalAsync(Transaction transaction)
    {
        try
        {
            await transaction.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (ForewaveException decided) when (decided.Code == ErrorCode.TransactionDecided)
        {
            throw;
        }
        catch (Exception e)
        {
            throw new ForewaveException(
                ErrorCode.OutcomeUnknown, $"The local part of transaction {transaction.Id} was committed; its messages are left to the check-back.", e);
        }
    }

    /// <summary>Completes when everything that was published before has its outcome.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellation = default)
    {
        while (!IsEmpty)
        {
            Task room = _share.Room.NextAsync();
            if (!IsEmpty)
            {
                await room.WaitAsync(cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Waits for what is under way, at most for the delivery deadline; the rest fails. Then nothing can be published.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isClosed, true))
        {
            return;
        }

        using CancellationTokenSource deadline = new(_options.DeliveryDeadline, _time);
        try
        {
            await FlushAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            ForewaveException closed = new(ErrorCode.ClientClosed, "The producer was closed before the broker answered.");
            foreach (ProducerLane lane in Lanes)
            {
                lane.Buffer.FailAll(closed);
            }
        }

        _links?.Leave(this);
        if (_transactions is not null)
        {
            await _transactions.LeaveAsync().ConfigureAwait(false);
        }

        foreach (ProducerLane lane in Lanes)
        {
            lane.Leave();
        }

        await _timer.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Whether a partition answers, as far as is known.</summary>
    internal bool Answers(PartitionNumber partition) => (_several?.Find(partition) ?? _first).Buffer.IsHealthy;

    void IPartitioned.Add(PartitionLink link)
    {
        _transactions?.Add(link.Link);
        if (_first is null)
        {
            _firstLink = link;
            Begin(link.Link);
            return;
        }

        // Its first link knows its partition as soon as there is a second one.
        PartitionedSending several = _several ?? new PartitionedSending(_first, _options, new ClientName(_client.Name), _share);
        ProducerLane lane = new(link.Link, _options with { FirstSequence = null }, _client, _share);
        several.Add(link.Partition!.Value, lane);
        if (_several is null)
        {
            several.Add(_firstLink!.Partition!.Value, _first);
            _several = several;
            _first.Buffer.Route(several);
        }

        lane.Buffer.Route(several);
        lane.Join();
    }

    private void Begin(BrokerLink link)
    {
        _first = new ProducerLane(link, _options, _client, _share);
        _first.Join();
    }

    private ValueTask<Receipt> PublishOneAsync(QueueName queue, in Message message, CancellationToken cancellation)
    {
        if (cancellation.CanBeCanceled || !_line.IsEmpty)
        {
            return new ValueTask<Receipt>(PublishCancellableAsync(queue, message, cancellation));
        }

        PendingPublish pending = PendingPublish.Rent();
        bool isAdded = false;
        try
        {
            isAdded = TryAdd(queue, message, new CompletionEntry(pending, 0));
        }
        finally
        {
            if (!isAdded)
            {
                pending.Return();
            }
        }

        return isAdded ? pending.Task : new ValueTask<Receipt>(PublishCancellableAsync(queue, message, cancellation));
    }

    private async ValueTask<Receipt> PublishTracedAsync(QueueName queue, Message message, CancellationToken cancellation)
    {
        using Activity? span = ClientSpans.StartPublish(queue, message);
        try
        {
            Receipt receipt = await PublishOneAsync(queue, ClientSpans.InCurrent(message), cancellation).ConfigureAwait(false);
            ClientSpans.Stored(span, receipt);
            return receipt;
        }
        catch (Exception e)
        {
            ClientSpans.Failed(span, e);
            throw;
        }
    }

    private async ValueTask<IReadOnlyList<Receipt>> PublishManyTracedAsync(
        QueueName queue, IReadOnlyList<Message> messages, CancellationToken cancellation)
    {
        (Message[] traced, ActivityLink[] links) = ClientSpans.Create(queue, messages);
        using Activity? span = ClientSpans.StartPublish(queue, links, traced.Length);
        try
        {
            return await AddManyAsync(queue, traced, cancellation).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            ClientSpans.Failed(span, e);
            throw;
        }
    }

    // The message is in its trace already.
    private bool TryAdd(QueueName queue, in Message message, in CompletionEntry entry)
    {
        if (Volatile.Read(ref _isClosed))
        {
            throw new ForewaveException(ErrorCode.ClientClosed);
        }

        message.CheckValues(_time);
        return TryPublish(queue, message.Fields, entry);
    }

    // What is not taken was not published: there is no span of it.
    private bool TryAdd(QueueName queue, in Message message, in (Activity Span, CompletionEntry Entry) publish)
    {
        bool isAdded = false;
        try
        {
            isAdded = TryAdd(queue, TraceHeaders.In(publish.Span, message), publish.Entry);
        }
        finally
        {
            if (!isAdded)
            {
                ClientSpans.Abandon(publish.Span);
            }
        }

        return isAdded;
    }

    private bool IsEmpty => Lanes.All(lane => lane.Buffer.IsEmpty);

    private IEnumerable<ProducerLane> Lanes => _several?.All ?? [_first];

    private void TellSlots(QueueName queue, SlotMap map)
    {
        if (_several is { } several)
        {
            several.Map(queue, map);
        }
        else
        {
            _share.Maps.Set(queue, map);
        }
    }

    private void Tick()
    {
        // The timer may be earlier than the first partition.
        if (_first is null)
        {
            return;
        }

        foreach (ProducerLane lane in Lanes)
        {
            lane.Buffer.Tick();
        }

        _several?.AskForSlots();
    }

    private async Task<Receipt> PublishCancellableAsync(QueueName queue, Message message, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        CancellablePublish publish = new();
        if (!_line.IsEmpty || !TryAdd(queue, message, new CompletionEntry(publish, 0)))
        {
            long begun = _time.GetTimestamp();
            await _line.PassAsync(
                async () =>
                {
                    while (!TryAdd(queue, message, new CompletionEntry(publish, 0)))
                    {
                        // Before the wait: of those who stood in line for so long none waits for a room of its own.
                        if (_time.GetElapsedTime(begun) > _options.DeliveryDeadline)
                        {
                            throw _first.Buffer.NoRoom(_options.DeliveryDeadline);
                        }

                        await WaitForRoomAsync(cancellation).ConfigureAwait(false);
                    }
                },
                cancellation).ConfigureAwait(false);
        }

        return await publish.WaitAsync(cancellation).ConfigureAwait(false);
    }
}
