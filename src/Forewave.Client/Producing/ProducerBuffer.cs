using Forewave.Client.Connections;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Protocol.Routes;

namespace Forewave.Client.Producing;

/// <summary>
/// Everything of a producer that waits: what gathers by queue, what is sealed and unanswered, what is to be tried again.
/// Thread-safe by one lock, held while a message is encoded or a frame is sealed.
/// <para>
/// Sequences are given when a frame is sealed, consecutive within a batch. A sealed frame stays until it is answered and is
/// sent again, in order, over every new connection: the broker stores each sequence once.
/// </para>
/// </summary>
internal sealed class ProducerBuffer : IFrameSource
{
    private const int LateLooksPerDeadline = 64;
    private const int MinPartBytes = 64 * 1024;

    // So long without an answer, or without a connection, other partitions get the new messages, and other brokers are asked for the routes; the first time unless it fails.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstPatience = TimeSpan.FromSeconds(5);

    private readonly ProducerOptions _options;
    private readonly TimeProvider _time;
    private readonly BufferState _state;
    private readonly Retries _retries;
    private readonly Action<QueueBuffer> _listAgain;
    private readonly Room _room;
    private readonly QueueMaps _maps;
    private readonly CompletionQueue _completions;
    private readonly BatchPool _pool;

    // All that waits is looked at, thousands of queues maybe: not at every tick where the deadline is far longer.
    private readonly long _lateLookTicks;
    private Connection? _introducing;
    private volatile BrokerCapabilities? _capabilities;

    // Why the broker does not take the producer on the connection there is; null where it did, or has not answered.
    private ForewaveException? _notIntroduced;
    private uint _handle;
    private long _lookedForLate;

    // Null while there is one partition.
    private volatile IBatchRouter? _router;
    private volatile bool _isHealthy = true;
    private long _awaySince;
    private long _responseTicks;

    public ProducerBuffer(ProducerOptions options, TimeProvider time, Room room, QueueMaps maps)
    {
        _options = options;
        _time = time;
        _room = room;
        _maps = maps;
        _awaySince = time.GetTimestamp();
        _completions = new CompletionQueue(_room.Open);
        _pool = new BatchPool(this, time);
        _retries = new Retries(options, time);
        _listAgain = ListAgain;
        _lateLookTicks = (long)(options.DeliveryDeadline.TotalSeconds / LateLooksPerDeadline * time.TimestampFrequency);
        _state = new BufferState(options, _pool);
        Moves = new BatchMoves(this, _state, maps, room) { MayHold = () => _retries.MayHold };
    }

    /// <summary>A queue needs a handle; called without the lock.</summary>
    public required Action<Connection, QueueBuffer> OpenQueue { get; init; }

    /// <summary>The broker does not know the producer id any more; called without the lock.</summary>
    public required Action<Connection> LoseIdentity { get; init; }

    /// <summary>Why there is no connection, in words; null while there is one. Called under the lock.</summary>
    public required Func<string?> WhyAway { get; init; }

    /// <summary>Tells publishers what became of a batch; on the thread pool.</summary>
    public required Action<Batch, BatchOutcome> TellPublishers { get; init; }

    /// <summary>A queue's slots were told with its handle; called without the lock.</summary>
    public Action<QueueName, SlotMap> TellSlots { get; init; } = static (_, _) => { };

    /// <summary>An attempt to connect has failed. Called under the lock.</summary>
    public Func<bool> HasFailed { get; init; } = static () => false;

    /// <summary>The broker has not answered for a while; called without the lock, again and again.</summary>
    public Action Doubt { get; init; } = static () => { };

    /// <summary>What comes from other partitions, and goes to them.</summary>
    public BatchMoves Moves { get; }

    /// <summary>The highest sequence that was given.</summary>
    public Sequence LastSequence => new(_state.Sealing.NextSequence == 0 ? 0 : _state.Sealing.NextSequence - 1);

    /// <summary>It answers, as far as is known: new messages may come here rather than elsewhere.</summary>
    public bool IsHealthy => _isHealthy;

    /// <summary>How long answers took of late, as a timestamp's ticks; 0 before the first.</summary>
    public long ResponseTicks => Volatile.Read(ref _responseTicks);

    /// <summary>Messages that come without a partition go through a router from now on: there are several.</summary>
    public void Route(IBatchRouter router)
    {
        lock (_state.Gate)
            _router = router;
    }

    /// <summary>Adds a message to what gathers; false: the buffer is full, or nobody knows yet whether the broker can do it.</summary>
    /// <exception cref="ForewaveException">The message breaks a limit, or asks for what the broker cannot do.</exception>
    public bool TryAdd(QueueName queue, in MessageFields message, in CompletionEntry entry, Routed routed = Routed.No)
    {
        if (!MessageWriter.TryMeasure(message, out int encodedBytes, out FrameProblem problem))
        {
            throw problem.ToException();
        }

        if (message.Capabilities is not MessageCapabilities.None and var asked && !IsCapable(asked))
        {
            return false;
        }

        IBatchRouter? router;
        Wakeup wakeup = default;
        lock (_state.Gate)
        {
            router = routed == Routed.No ? _router : null;
            if (router is null)
            {
                int size = MessageWriter.SizeInRun(encodedBytes);
                if ((_state.Bytes + size > MaxBufferedBytes && _state.Bytes > 0) || (routed == Routed.Unmapped && _maps.Find(queue) is not null))
                {
                    _room.Refuse();
                    return false;
                }

                _state.Bytes += size;
                QueueBuffer buffer = _state.BufferOf(queue);
                byte priority = string.IsNullOrEmpty(message.OrderingKey) ? (byte)(message.Priority ?? Limits.DefaultPriority) : (byte)Limits.DefaultPriority;
                buffer.BatchFor(size, priority).Add(message, encodedBytes, entry);
                wakeup = _state.Offer(buffer);
            }
        }

        if (router is not null)
        {
            return router.TryAdd(queue, message, entry);
        }

        Wake(wakeup, isHere: true);
        return true;
    }

    /// <summary>Why a message found no room for so long.</summary>
    public ForewaveException NoRoom(TimeSpan waited) => _capabilities is null
        ? new ForewaveException(ErrorCode.Timeout, $"No connection to a broker within {waited}.")
        : new ForewaveException(ErrorCode.BufferFull, $"The producer's buffer was full for {waited}.");

    /// <summary>Whether everything has its outcome and everybody was told; else wait for room and look again.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_state.Gate)
                return _state.Bytes == 0 && _completions.IsIdle;
        }
    }

    public bool TryTake(out ReadOnlyMemory<byte> frames)
    {
        frames = default;
        lock (_state.Gate)
        {
            if (_state.Live is not { } connection)
            {
                return false;
            }

            if (!_state.Resend.TryDequeue(out PublishFrame? frame) && _state.Unanswered.Count < _options.FramesInFlight && (frame = _state.Sealing.Seal()) is not null)
            {
                _state.Unanswered.Add(frame);
            }

            _state.IsSignalled = frame is not null;
            if (frame is null || connection.Register(frame) is not { } correlation)
            {
                return false;
            }

            frame.SentAt = _time.GetTimestamp();
            frames = frame.Encode(correlation, _handle);
            return true;
        }
    }

    /// <summary>The queues that need a handle on a new connection: they have something to send.</summary>
    public List<QueueBuffer> QueuesToOpen(Connection connection)
    {
        lock (_state.Gate)
        {
            _introducing = connection;
            HashSet<QueueBuffer> queues = [];
            foreach (QueueBuffer queue in _state.Queues.Values)
            {
                (queue.Handle, queue.IsOpening) = (0, false);
                if (!queue.IsEmpty)
                {
                    queues.Add(queue);
                }
            }

            queues.UnionWith(_state.Unanswered.SelectMany(frame => frame.Batches).Select(batch => batch!.Queue));
            queues.UnionWith(_retries.Queues);
            foreach (QueueBuffer queue in queues)
            {
                queue.IsOpening = true;
            }

            return [.. queues];
        }
    }

    /// <summary>The producer is known on a new connection: what is unanswered goes again, then what gathered.</summary>
    /// <returns>Queues that got their first message since <see cref="QueuesToOpen"/>: they need a handle too.</returns>
    public List<QueueBuffer> Attach(Connection connection, uint handle, Sequence lastKnown)
    {
        List<QueueBuffer> opening;
        lock (_state.Gate)
        {
            _state.Sealing.NextSequence = _state.Sealing.NextSequence == 0 ? lastKnown.Value + 1 : _state.Sealing.NextSequence;
            _isHealthy = true;
            _handle = handle;
            _state.Resend.Clear();
            _state.Unanswered.ForEach(_state.Resend.Enqueue);
            _state.Connection = connection;
            _capabilities = connection.Capabilities;
            _notIntroduced = null;
            opening = [.. _state.Queues.Values.Where(queue => queue is { Handle: 0, IsOpening: false, IsEmpty: false, RefusedUntil: 0 })];
            opening.ForEach(queue => queue.IsOpening = true);
        }

        connection.Signal(this);
        _room.Open();
        return opening;
    }

    /// <summary>The broker does not take the producer for now: what gathered waits, or fails where it is not to be tried again.</summary>
    public void NotIntroduced(Connection connection, ForewaveException error)
    {
        lock (_state.Gate)
        {
            _capabilities = connection.Capabilities;
            _notIntroduced = error;
            foreach (QueueBuffer queue in _state.Queues.Values)
            {
                while (queue.Peek() is { } batch && !_retries.IsWanted(batch, error))
                {
                    queue.Take(batch);
                    Finish(batch, error);
                }
            }
        }

        _room.Open();
    }

    /// <summary>The connection has ended.</summary>
    public void Detach()
    {
        lock (_state.Gate)
        {
            _state.Connection = null;
            _notIntroduced = null;
            (_isHealthy, _awaySince) = (false, _time.GetTimestamp());
        }
    }

    /// <summary>A queue has its handle.</summary>
    /// <param name="connection">Where it was opened.</param>
    /// <param name="queue">The queue.</param>
    /// <param name="opened">The broker's answer.</param>
    public void Opened(Connection connection, QueueBuffer queue, Protocol.V1.QueueOpened opened)
    {
        if (RouteFrames.TryRead(opened.Slots, out SlotMap? map))
        {
            TellSlots(queue.Name, map);
        }

        bool signals;
        lock (_state.Gate)
        {
            if (connection != _introducing)
            {
                // Handles end with their connection: this one would stand for another queue on the next.
                return;
            }

            (queue.Handle, queue.IsOpening) = (opened.Queue, false);
            if (!queue.IsEmpty && !queue.IsListed)
            {
                _state.Sealing.List(queue);
            }

            signals = _state.TrySignal();
        }

        if (signals)
        {
            connection.Signal(this);
        }
    }

    /// <summary>A queue cannot be opened: what gathered for it stays there, in its order, until that is tried again; or it fails.</summary>
    public void Refused(QueueBuffer queue, ForewaveException error)
    {
        List<Batch>? leaving;
        lock (_state.Gate)
        {
            queue.IsOpening = false;
            leaving = error.Retry != RetryAdvice.Never && _router is { } router && router.HasOther(this)
                ? queue.TakeAll(batch => batch.IsUnrouted && ++batch.Refusals % router.Count != 0)
                : null;
            while (queue.Peek() is { } batch)
            {
                if (_retries.TryWait(batch, error))
                {
                    break;
                }

                queue.Take(batch);
                Finish(batch, error);
            }
        }

        _room.Open();
        Leave(leaving);
    }

    /// <summary>A frame's answer came; on the receive loop.</summary>
    public void Answered(PublishFrame frame)
    {
        Connection? connection;
        bool lostIdentity = false;
        bool signals;
        List<Batch>? leaving = null;
        lock (_state.Gate)
        {
            connection = _state.Connection;
            if (!_state.Unanswered.Remove(frame))
            {
                return;
            }

            _state.Bytes -= frame.MessagesBytes;
            NoteResponse(_time.GetTimestamp() - frame.SentAt);
            if (frame.HasKeys || frame.HasErrors || frame.HasPaced)
            {
                // Else there is nothing to look at: thousands of batches and queues are not in the processor's cache.
                leaving = _router is { Count: > 1 } && frame.HasErrors ? [] : null;
                lostIdentity = TryRefusedAgain(frame, leaving);
            }

            _completions.Add(frame);
            _retries.EndRefusals(_time.GetTimestamp(), _listAgain);
            signals = (!_state.Sealing.IsEmpty || _state.Resend.Count > 0) && _state.TrySignal();
        }

        _room.Open();
        Leave(leaving);
        if (connection is not null && lostIdentity)
        {
            LoseIdentity(connection);
        }
        else if (signals)
        {
            connection?.Signal(this);
        }
    }

    // What was refused goes again or fails. True: the broker does not know the producer id.
    private bool TryRefusedAgain(PublishFrame frame, List<Batch>? leaving)
    {
        bool lostIdentity = false;
        for (int i = 0; i < frame.Batches.Count; i++)
        {
            Batch batch = frame.Batches[i]!;
            if (batch.HasKeys)
            {
                batch.Queue.KeyedInFlight--;
            }

            ForewaveException? error = frame.ErrorOf(i);
            _retries.NoteAnswer(batch, error is null, _listAgain);
            lostIdentity |= error?.Code == ErrorCode.ProducerUnknown;
            if (error is not null && _retries.TryAdd(batch, error, leaving, _router?.Count ?? 1))
            {
                _state.Bytes += batch.MessagesBytes;
                frame.Batches[i] = null;
            }
        }

        return lostIdentity;
    }

    /// <summary>The producer id is another from now on: sequences begin anew, what was sealed under the old one fails.</summary>
    public void BeginAnew(ForewaveException error)
    {
        lock (_state.Gate)
        {
            _state.Connection = null;
            _state.Sealing.NextSequence = 1;
            foreach (Batch? batch in _state.Unanswered.SelectMany(frame => frame.Batches))
            {
                Finish(batch!, error);
            }

            _state.Unanswered.Clear();
            _state.Resend.Clear();
            foreach (QueueBuffer queue in _state.Queues.Values)
            {
                queue.BeginAnew();
            }

            _retries.ForgetRefusals();
        }

        _room.Open();
    }

    /// <summary>Looks at deadlines, at what is to be tried again, and at whether the broker answers.</summary>
    public void Tick()
    {
        Connection? connection;
        List<Batch>? leaving;
        bool isLate;
        lock (_state.Gate)
        {
            long now = _time.GetTimestamp();
            _retries.EndDelays(now, _listAgain);
            _retries.EndRefusals(now, _listAgain);
            if (now - _lookedForLate >= _lateLookTicks)
            {
                _lookedForLate = now;
                AbandonLate(now);
                FailLate(now);
            }

            connection = _state.Connection;
            isLate = connection is not null && _state.Unanswered.Count > 0 && _state.Unanswered[0].SentAt > 0
                && _time.GetElapsedTime(_state.Unanswered[0].SentAt, now) > Patience;
            bool isAway = connection is null && (!_isHealthy || HasFailed() || _time.GetElapsedTime(_awaySince, now) > FirstPatience);
            _isHealthy = !isLate && !isAway && _notIntroduced is null;
            leaving = _isHealthy || _router?.HasOther(this) != true
                ? null
                : Moves.TakeUnrouted(batch => !_retries.IsLate(batch, now), _options.OnUnknown == UnknownOutcome.ResendElsewhere);
        }

        _room.Open();
        connection?.Signal(this);
        Leave(leaving);
        if (isLate)
        {
            Doubt();
        }
    }

    private void Leave(List<Batch>? leaving)
    {
        if (leaving is { Count: > 0 })
        {
            _router!.Elsewhere(this, leaving);
        }
    }

    /// <summary>Everything that is not answered fails: the producer is closed.</summary>
    public void FailAll(ForewaveException error)
    {
        BeginAnew(error);
        lock (_state.Gate)
        {
            foreach (QueueBuffer queue in _state.Queues.Values)
            {
                while (queue.Take() is { } batch)
                {
                    Finish(batch, error);
                }
            }

            _retries.TakeAll().ForEach(batch => Finish(batch, error));
        }

        _room.Open();
    }

    /// <summary>Tells the publishers of a batch; on the thread pool.</summary>
    public void Tell(Batch batch, in BatchOutcome outcome) => TellPublishers(batch, outcome);

    /// <summary>The publishers of a frame were told: it may be used again.</summary>
    public void Done(PublishFrame frame)
    {
        lock (_state.Gate)
            _pool.Return(frame);
    }

    private long MaxBufferedBytes => _router is { } router ? Math.Max(_options.MaxBufferedBytes / router.Count, MinPartBytes) : _options.MaxBufferedBytes;

    private bool IsCapable(MessageCapabilities asked)
    {
        if (_capabilities is null)
        {
            _room.Refuse();
        }

        // The connection may be there by now.
        _capabilities?.Require(asked);
        return _capabilities is not null;
    }

    private void NoteResponse(long ticks)
    {
        long known = _responseTicks;
        Volatile.Write(ref _responseTicks, known == 0 ? Math.Max(1, ticks) : known + ((ticks - known) / 8));
    }

    /// <summary>Tells whom a change under the lock concerns, after the lock is left.</summary>
    /// <param name="wakeup">Whom.</param>
    /// <param name="isHere">Where nothing was sent for a moment it is sent within the call.</param>
    public void Wake(Wakeup wakeup, bool isHere)
    {
        if (wakeup.Connection is not { } connection)
        {
            return;
        }

        if (wakeup.Opening is { } opening)
        {
            OpenQueue(connection, opening);
        }
        else if (isHere)
        {
            connection.SignalHere(this);
        }
        else
        {
            connection.Signal(this);
        }
    }

    private void ListAgain(QueueBuffer queue)
    {
        if (queue is { Handle: 0, IsOpening: false, RefusedUntil: 0 } && _state.Live is { } connection)
        {
            queue.IsOpening = true;
            ThreadPool.UnsafeQueueUserWorkItem(open => OpenQueue(open.connection, open.queue), (connection, queue), preferLocal: false);
        }
        else if (!queue.IsListed)
        {
            _state.Sealing.List(queue);
        }
    }

    // Sent and not answered in time: the publishers learn that the outcome is unknown, the batch still goes again.
    private void AbandonLate(long now)
    {
        foreach (Batch? batch in _state.Unanswered.SelectMany(frame => frame.Batches))
        {
            if (batch is { IsAbandoned: false } && _retries.IsLate(batch, now))
            {
                batch.IsAbandoned = true;
                ForewaveException error = new(ErrorCode.OutcomeUnknown, $"No answer within the delivery deadline of {_options.DeliveryDeadline}.");
                _completions.Add(new FailedBatch(this, batch, error));
            }
        }
    }

    private void FailLate(long now)
    {
        Func<Batch, bool> isLate = batch => _retries.IsLate(batch, now);
        foreach (QueueBuffer queue in _state.Queues.Values)
        {
            // What stands behind a refused batch was kept back by the same refusal.
            ForewaveException? refusal = _notIntroduced ?? queue.Pace?.Why;
            while (queue.TakeIf(isLate) is { } late)
            {
                refusal = late.Refusal ?? refusal;
                Finish(late, _retries.LateError(refusal, WhyAway()));
            }
        }

        _retries.TakeLate(now).ForEach(batch => Finish(batch, _retries.LateError(batch.Refusal, WhyAway())));
    }

    private void Finish(Batch batch, ForewaveException error)
    {
        _state.Bytes -= batch.MessagesBytes;
        if (!batch.IsAbandoned)
        {
            _completions.Add(new FailedBatch(this, batch, error));
        }
    }
}
