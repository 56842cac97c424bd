using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Forewave.Client.Connections;
using Forewave.Client.Telemetry;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Protocol.V1;
using Google.Protobuf;
using Microsoft.Extensions.Logging;

namespace Forewave.Client.Producing;

/// <summary>
/// Publishes messages to any number of queues. Thread-safe; make one and keep it. Messages of one queue are stored in the order
/// in which publishing was called, through reconnects too; only what the broker refused for now (a full disk) and the retry
/// policy sends again comes after what was published meanwhile.
/// <para>
/// Batches by itself: whatever gathers while an earlier send is under way goes together, nothing waits for more to come. So
/// many messages in flight are cheap and one awaited after the other costs a sync and a round trip each.
/// </para>
/// <para>
/// Lives through reconnects: what is not answered is sent again under its sequence, and stored once.
/// </para>
/// </summary>
public sealed class Producer : ILinkParticipant, IAsyncDisposable
{
    private static readonly TimeSpan TickPeriod = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan OpenRetryDelay = TimeSpan.FromMilliseconds(250);

    private readonly BrokerLink _link;
    private readonly ProducerOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ProducerBuffer _buffer;
    private readonly PublishLine _line = new();
    private readonly ITimer _timer;
    private readonly ProducerName _name;
    private readonly Protocol.Durability _requiredDurability;
    private ProducerId _id;
    private PartitionNumber _partition;
    private bool _isClosed;

    internal Producer(BrokerLink link, ProducerOptions options, ForewaveClientOptions client)
    {
        _link = link;
        _options = options;
        _time = client.TimeProvider;
        _logger = client.LoggerFactory.CreateLogger("Forewave.Client");
        _requiredDurability = options.RequiredDurability ?? Protocol.Durability.Unspecified;
        _id = options.ProducerId ?? ProducerId.New();
        _name = options.Name ?? new ProducerName(client.Name);
        _buffer = new ProducerBuffer(options, _time)
        {
            OpenQueue = OpenQueue,
            LoseIdentity = LoseIdentity,
            WhyAway = () => link.WhyAway,
            TellPublishers = Tell,
        };
        _timer = _time.CreateTimer(static buffer => ((ProducerBuffer)buffer!).Tick(), _buffer, TickPeriod, TickPeriod);
        link.Join(this);
    }

    /// <summary>The id under which the broker knows this instance.</summary>
    public ProducerId ProducerId => _id;

    /// <summary>The highest sequence that was used, for programs with an id of their own.</summary>
    public Sequence LastSequence => _buffer.LastSequence;

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
    public ValueTask<Receipt> PublishAsync(QueueName queue, Message message, CancellationToken cancellation = default)
    {
        if (cancellation.CanBeCanceled || !_line.IsEmpty)
        {
            return new ValueTask<Receipt>(PublishCancellableAsync(queue, message, cancellation));
        }

        PendingPublish pending = PendingPublish.Rent();
        bool isAdded = false;
        try
        {
            isAdded = TryPublish(queue, message, pending);
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
        if (Volatile.Read(ref _isClosed))
        {
            throw new ForewaveException(ErrorCode.ClientClosed);
        }

        Message traced = ClientTelemetry.Traced(queue, message);
        message.CheckValues(_time);
        return TryPublish(queue, traced.Fields, new CompletionEntry(observer, token));
    }

    /// <summary>As above, for a message that is all fields.</summary>
    internal bool TryPublish(QueueName queue, in MessageFields fields, in CompletionEntry entry) => _buffer.TryAdd(queue, fields, entry);

    /// <summary>Completes when a publish that found no room is worth another try.</summary>
    public Task WaitForRoomAsync(CancellationToken cancellation = default) => _buffer.WaitForRoomAsync().WaitAsync(cancellation);

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

        ManyPublishes many = new(messages.Count);
        int added = 0;
        try
        {
            while (added < messages.Count && _line.IsEmpty && TryPublish(queue, messages[added], many, added))
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
                            while (!TryPublish(queue, messages[added], many, added))
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

    /// <summary>Completes when everything that was published before has its outcome.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellation = default)
    {
        while (!_buffer.IsEmpty)
        {
            Task room = _buffer.NextRoomAsync();
            if (!_buffer.IsEmpty)
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
            _buffer.FailAll(new ForewaveException(ErrorCode.ClientClosed, "The producer was closed before the broker answered."));
        }

        _link.Leave(this);
        await _timer.DisposeAsync().ConfigureAwait(false);
    }

    async ValueTask ILinkParticipant.ConnectedAsync(Connection connection, CancellationToken cancellation)
    {
        ProducerOpened opened = await OpenAsync(connection, cancellation).ConfigureAwait(false);
        _partition = new PartitionNumber((ushort)connection.Hello.Partition);
        await Task.WhenAll(_buffer.QueuesToOpen(connection).Select(queue => OpenQueueAsync(connection, queue))).ConfigureAwait(false);
        List<QueueBuffer> others = _buffer.Attach(connection, opened.Producer, new Sequence(opened.LastSequence));
        others.ForEach(queue => OpenQueue(connection, queue));
    }

    void ILinkParticipant.Disconnected(ForewaveException reason) => _buffer.Detach();

    // Tries again what may succeed later, as long as the connection lives.
    private async Task<ProducerOpened> OpenAsync(Connection connection, CancellationToken cancellation)
    {
        OpenProducer open = new() { ProducerId = ByteString.CopyFrom(_id.ToBytes()), Name = _name.Value };
        while (true)
        {
            try
            {
                ServerFrame answer = await connection.RequestAsync(new ClientFrame { OpenProducer = open }, cancellation).ConfigureAwait(false);
                return answer.ProducerOpened;
            }
            catch (ForewaveException e) when (!connection.IsEnding && e.Retry != RetryAdvice.Never)
            {
                _buffer.NotIntroduced(connection, e);
                await connection.PauseAsync(e.RetryAfter ?? OpenRetryDelay, cancellation).ConfigureAwait(false);
            }
            catch (ForewaveException e) when (!connection.IsEnding)
            {
                _buffer.FailAll(e);
                throw;
            }
        }
    }

    private async Task<Receipt> PublishCancellableAsync(QueueName queue, Message message, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        CancellablePublish publish = new();
        if (!_line.IsEmpty || !TryPublish(queue, message, publish))
        {
            long begun = _time.GetTimestamp();
            await _line.PassAsync(
                async () =>
                {
                    while (!TryPublish(queue, message, publish))
                    {
                        // Before the wait: of those who stood in line for so long none waits for a room of its own.
                        if (_time.GetElapsedTime(begun) > _options.DeliveryDeadline)
                        {
                            throw _buffer.NoRoom(_options.DeliveryDeadline);
                        }

                        await WaitForRoomAsync(cancellation).ConfigureAwait(false);
                    }
                },
                cancellation).ConfigureAwait(false);
        }

        return await publish.WaitAsync(cancellation).ConfigureAwait(false);
    }

    private void OpenQueue(Connection connection, QueueBuffer queue) =>
        new QueueOpening(_buffer, connection, queue).Send(_options.CreateQueues);

    private async Task OpenQueueAsync(Connection connection, QueueBuffer queue)
    {
        OpenQueue open = new() { Queue = queue.Name.Value, Create = _options.CreateQueues };
        try
        {
            ServerFrame answer = await connection.RequestAsync(new ClientFrame { OpenQueue = open }, default).ConfigureAwait(false);
            _buffer.Opened(connection, queue, answer.QueueOpened.Queue);
        }
        catch (ForewaveException e) when (!connection.IsEnding)
        {
            _buffer.Refused(queue, e);
        }
        catch (ForewaveException)
        {
            // The connection ended: the next one opens the queue again.
        }
    }

    private void LoseIdentity(Connection connection)
    {
        ForewaveException error = new(ErrorCode.OutcomeUnknown, "The broker does not know this producer's id any more: what was under way may be stored or not.");
        _id = ProducerId.New();
        _buffer.BeginAnew(error);
        connection.Fail(new ForewaveException(ErrorCode.ProducerUnknown));
    }

    private void Tell(Batch batch, BatchOutcome outcome)
    {
        ClientTelemetry.NoteSent(batch.Queue, batch.Count, outcome.Error);
        ReadOnlySpan<CompletionEntry> entries = batch.Entries;
        for (int i = 0; i < entries.Length; i++)
        {
            try
            {
                Tell(entries[i], outcome, i);
            }
            catch (Exception e)
            {
                ClientLog.ObserverFailed(_logger, e);
            }
        }
    }

    private ForewaveException? ShortfallOf(in BatchOutcome outcome, int message) => outcome.Durability < _requiredDurability
        ? new ForewaveException(
            ErrorCode.DurabilityNotReached,
            $"Message {new MessageId(_partition, outcome.PositionOf(message))} is stored with durability {outcome.Durability}, and {_requiredDurability} was asked for.")
        : null;

    private void Tell(in CompletionEntry entry, in BatchOutcome outcome, int message)
    {
        // No position: an earlier try of this message was refused, and the refusal was lost with its connection.
        ForewaveException? error = outcome.Error ?? (outcome.PositionOf(message) == LogPosition.None
            ? new ForewaveException(ErrorCode.OutcomeUnknown, "An earlier try was refused; why was lost with its connection.")
            : null);
        error ??= ShortfallOf(outcome, message);
        if (error is not null)
        {
            entry.Observer?.Failed(error, entry.Token);
            return;
        }

        Receipt receipt = new(new MessageId(_partition, outcome.PositionOf(message)), outcome.Durability, outcome.IsRepeat(message));
        entry.Observer?.Stored(receipt, entry.Token);
    }
}
