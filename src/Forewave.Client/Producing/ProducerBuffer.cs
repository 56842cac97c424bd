using Forewave.Client.Connections;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

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

    private readonly ProducerOptions _options;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly Dictionary<QueueName, QueueBuffer> _queues = [];
    private readonly Queue<QueueBuffer> _listed = new();
    private readonly List<PublishFrame> _unanswered = [];
    private readonly Queue<PublishFrame> _resend = new();
    private readonly Retries _retries;
    private readonly Action<QueueBuffer> _listAgain;
    private readonly Room _room = new();
    private readonly CompletionQueue _completions;
    private readonly BatchPool _pool;

    // All that waits is looked at, thousands of queues maybe: not at every tick where the deadline is far longer.
    private readonly long _lateLookTicks;
    private Connection? _connection;
    private Connection? _introducing;
    private volatile BrokerCapabilities? _capabilities;

    // Why the broker does not take the producer on the connection there is; null where it did, or has not answered.
    private ForewaveException? _notIntroduced;
    private uint _handle;
    private ulong _nextSequence;
    private long _bufferedBytes;
    private bool _isSignalled;
    private long _lookedForLate;

    public ProducerBuffer(ProducerOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _completions = new CompletionQueue(_room.Open);
        _pool = new BatchPool(this, time);
        _retries = new Retries(options, time);
        _listAgain = ListAgain;
        _lateLookTicks = (long)(options.DeliveryDeadline.TotalSeconds / LateLooksPerDeadline * time.TimestampFrequency);
        _nextSequence = options.FirstSequence?.Value ?? 0;
    }

    /// <summary>A queue needs a handle; called without the lock.</summary>
    public required Action<Connection, QueueBuffer> OpenQueue { get; init; }

    /// <summary>The broker does not know the producer id any more; called without the lock.</summary>
    public required Action<Connection> LoseIdentity { get; init; }

    /// <summary>Why there is no connection, in words; null while there is one. Called under the lock.</summary>
    public required Func<string?> WhyAway { get; init; }

    /// <summary>Tells publishers what became of a batch; on the thread pool.</summary>
    public required Action<Batch, BatchOutcome> TellPublishers { get; init; }

    /// <summary>The highest sequence that was given.</summary>
    public Sequence LastSequence => new(_nextSequence == 0 ? 0 : _nextSequence - 1);

    /// <summary>Adds a message to what gathers; false: the buffer is full, or nobody knows yet whether the broker can do it.</summary>
    /// <exception cref="ForewaveException">The message breaks a limit, or asks for what the broker cannot do.</exception>
    public bool TryAdd(QueueName queue, in MessageFields message, in CompletionEntry entry)
    {
        if (!MessageWriter.TryMeasure(message, out int encodedBytes, out FrameProblem problem))
        {
            throw problem.ToException();
        }

        if (message.Capabilities is not MessageCapabilities.None and var asked)
        {
            if (_capabilities is null)
            {
                _room.Refuse();
            }

            // The connection may be there by now.
            if (_capabilities is not { } broker)
            {
                return false;
            }

            broker.Require(asked);
        }

        Connection? connection;
        bool opens;
        QueueBuffer buffer;
        lock (_lock)
        {
            int size = MessageWriter.SizeInRun(encodedBytes);
            if (_bufferedBytes + size > _options.MaxBufferedBytes && _bufferedBytes > 0)
            {
                _room.Refuse();
                return false;
            }

            _bufferedBytes += size;
            buffer = BufferOf(queue);
            byte priority = string.IsNullOrEmpty(message.OrderingKey) ? (byte)(message.Priority ?? Limits.DefaultPriority) : (byte)Limits.DefaultPriority;
            buffer.BatchFor(size, priority).Add(message, encodedBytes, entry);
            connection = Live;
            opens = connection is not null && buffer is { Handle: 0, IsOpening: false, RefusedUntil: 0 };
            buffer.IsOpening |= opens;
            if (buffer.IsListed || (buffer.Handle == 0 && !opens))
            {
                return true;
            }

            List(buffer);
            if (!opens && !TrySignal())
            {
                return true;
            }
        }

        Wake(connection, opens ? buffer : null);
        return true;
    }

    /// <summary>Completes when there may be room again, at once where there has been since a publish found none.</summary>
    public Task WaitForRoomAsync() => _room.WaitAsync();

    /// <summary>Completes when there is room, or everything has its outcome, the next time.</summary>
    public Task NextRoomAsync() => _room.NextAsync();

    /// <summary>Why a message found no room for so long.</summary>
    public ForewaveException NoRoom(TimeSpan waited) => _capabilities is null
        ? new ForewaveException(ErrorCode.Timeout, $"No connection to a broker within {waited}.")
        : new ForewaveException(ErrorCode.BufferFull, $"The producer's buffer was full for {waited}.");

    /// <summary>Whether everything has its outcome and everybody was told; else wait for room and look again.</summary>
    public bool IsEmpty
    {
        get
        {
            lock (_lock)
            {
                return _bufferedBytes == 0 && _completions.IsIdle;
            }
        }
    }

    public bool TryTake(out ReadOnlyMemory<byte> frames)
    {
        frames = default;
        lock (_lock)
        {
            if (Live is not { } connection)
            {
                return false;
            }

            if (!_resend.TryDequeue(out PublishFrame? frame))
            {
                frame = _unanswered.Count < _options.FramesInFlight ? Seal() : null;
            }

            _isSignalled = frame is not null;
            if (frame is null || connection.Register(frame) is not { } correlation)
            {
                return false;
            }

            frames = frame.Encode(correlation, _handle);
            return true;
        }
    }

    /// <summary>The queues that need a handle on a new connection: they have something to send.</summary>
    public List<QueueBuffer> QueuesToOpen(Connection connection)
    {
        lock (_lock)
        {
            _introducing = connection;
            HashSet<QueueBuffer> queues = [];
            foreach (QueueBuffer queue in _queues.Values)
            {
                (queue.Handle, queue.IsOpening) = (0, false);
                if (!queue.IsEmpty)
                {
                    queues.Add(queue);
                }
            }

            queues.UnionWith(_unanswered.SelectMany(frame => frame.Batches).Select(batch => batch!.Queue));
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
        lock (_lock)
        {
            _nextSequence = _nextSequence == 0 ? lastKnown.Value + 1 : _nextSequence;
            _handle = handle;
            _resend.Clear();
            _unanswered.ForEach(_resend.Enqueue);
            _connection = connection;
            _capabilities = connection.Capabilities;
            _notIntroduced = null;
            opening = [.. _queues.Values.Where(queue => queue is { Handle: 0, IsOpening: false, IsEmpty: false, RefusedUntil: 0 })];
            opening.ForEach(queue => queue.IsOpening = true);
        }

        connection.Signal(this);
        _room.Open();
        return opening;
    }

    /// <summary>The broker does not take the producer for now: what gathered waits, or fails where it is not to be tried again.</summary>
    public void NotIntroduced(Connection connection, ForewaveException error)
    {
        lock (_lock)
        {
            _capabilities = connection.Capabilities;
            _notIntroduced = error;
            foreach (QueueBuffer queue in _queues.Values)
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
        lock (_lock)
        {
            _connection = null;
            _notIntroduced = null;
        }
    }

    /// <summary>A queue has its handle.</summary>
    public void Opened(Connection connection, QueueBuffer queue, uint handle)
    {
        bool signals;
        lock (_lock)
        {
            if (connection != _introducing)
            {
                // Handles end with their connection: this one would stand for another queue on the next.
                return;
            }

            (queue.Handle, queue.IsOpening) = (handle, false);
            if (!queue.IsEmpty && !queue.IsListed)
            {
                List(queue);
            }

            signals = TrySignal();
        }

        if (signals)
        {
            connection.Signal(this);
        }
    }

    /// <summary>A queue cannot be opened: what gathered for it stays there, in its order, until that is tried again; or it fails.</summary>
    public void Refused(QueueBuffer queue, ForewaveException error)
    {
        lock (_lock)
        {
            queue.IsOpening = false;
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
    }

    /// <summary>A frame's answer came; on the receive loop.</summary>
    public void Answered(PublishFrame frame)
    {
        Connection? connection;
        bool lostIdentity = false;
        bool signals;
        lock (_lock)
        {
            connection = _connection;
            if (!_unanswered.Remove(frame))
            {
                return;
            }

            _bufferedBytes -= frame.MessagesBytes;
            if (frame.HasKeys || frame.HasErrors)
            {
                // Else there is nothing to look at: thousands of batches and queues are not in the processor's cache.
                lostIdentity = TryRefusedAgain(frame);
            }

            _completions.Add(frame);
            _retries.EndRefusals(_time.GetTimestamp(), _listAgain);
            signals = (_listed.Count > 0 || _resend.Count > 0) && TrySignal();
        }

        _room.Open();
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
    private bool TryRefusedAgain(PublishFrame frame)
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
            lostIdentity |= error?.Code == ErrorCode.ProducerUnknown;
            if (error is not null && _retries.TryAdd(batch, error))
            {
                _bufferedBytes += batch.MessagesBytes;
                frame.Batches[i] = null;
            }
        }

        return lostIdentity;
    }

    /// <summary>The producer id is another from now on: sequences begin anew, what was sealed under the old one fails.</summary>
    public void BeginAnew(ForewaveException error)
    {
        lock (_lock)
        {
            _connection = null;
            _nextSequence = 1;
            foreach (Batch? batch in _unanswered.SelectMany(frame => frame.Batches))
            {
                Finish(batch!, error);
            }

            _unanswered.Clear();
            _resend.Clear();
            foreach (QueueBuffer queue in _queues.Values)
            {
                queue.BeginAnew();
            }

            _retries.ForgetRefusals();
        }

        _room.Open();
    }

    /// <summary>Looks at deadlines and at what is to be tried again.</summary>
    public void Tick()
    {
        Connection? connection;
        lock (_lock)
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

            connection = _connection;
        }

        _room.Open();
        connection?.Signal(this);
    }

    /// <summary>Everything that is not answered fails: the producer is closed.</summary>
    public void FailAll(ForewaveException error)
    {
        BeginAnew(error);
        lock (_lock)
        {
            foreach (QueueBuffer queue in _queues.Values)
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
        lock (_lock)
        {
            _pool.Return(frame);
        }
    }

    // The connection that takes something new: not one that is about to end.
    private Connection? Live => _connection is { IsEnding: false } connection ? connection : null;

    private QueueBuffer BufferOf(QueueName queue)
    {
        if (!_queues.TryGetValue(queue, out QueueBuffer? buffer))
        {
            _queues[queue] = buffer = new QueueBuffer(queue, _options.FrameBytes, _pool);
        }

        return buffer;
    }

    private void List(QueueBuffer queue)
    {
        queue.IsListed = true;
        _listed.Enqueue(queue);
    }

    // Whether the connection has to be told that there is something to send: it has found nothing since it was told, and an
    // answer that comes tells it anyway.
    private bool TrySignal() => !_isSignalled && _unanswered.Count < _options.FramesInFlight && (_isSignalled = true);

    private void Wake(Connection? connection, QueueBuffer? opening)
    {
        if (connection is null)
        {
            return;
        }

        if (opening is not null)
        {
            OpenQueue(connection, opening);
        }
        else
        {
            connection.SignalHere(this);
        }
    }

    // Takes batches, queue by queue in turn, until the frame is full. Null: nothing to send.
    private PublishFrame? Seal()
    {
        PublishFrame? frame = null;
        int messages = 0;
        while (_listed.TryPeek(out QueueBuffer? queue))
        {
            Batch? batch = queue.Handle == 0 || queue.HasRefused ? null : queue.Peek();
            if (batch is not null && frame is not null
                && (frame.MessagesBytes + batch.MessagesBytes > _options.FrameBytes || messages + batch.Count > Limits.MessagesPerFrame))
            {
                break;
            }

            _listed.Dequeue();
            queue.IsListed = false;
            if (batch is null)
            {
                continue;
            }

            queue.Take(batch);
            frame ??= _pool.TakeFrame();
            messages += batch.Count;
            Seal(batch, frame);
            if (!queue.IsEmpty)
            {
                List(queue);
            }
        }

        if (frame is not null)
        {
            _unanswered.Add(frame);
        }

        return frame;
    }

    private void Seal(Batch batch, PublishFrame frame)
    {
        batch.FirstSequence = new Sequence(_nextSequence);
        _nextSequence += (ulong)batch.Count;
        frame.Batches.Add(batch);
        frame.MessagesBytes += batch.MessagesBytes;
        if (batch.HasKeys)
        {
            frame.HasKeys = true;
            batch.Queue.KeyedInFlight++;
        }
    }

    private void ListAgain(QueueBuffer queue)
    {
        if (queue is { Handle: 0, IsOpening: false, RefusedUntil: 0 } && Live is { } connection)
        {
            queue.IsOpening = true;
            ThreadPool.UnsafeQueueUserWorkItem(open => OpenQueue(open.connection, open.queue), (connection, queue), preferLocal: false);
        }
        else if (!queue.IsListed)
        {
            List(queue);
        }
    }

    // Sent and not answered in time: the publishers learn that the outcome is unknown, the batch still goes again.
    private void AbandonLate(long now)
    {
        foreach (Batch? batch in _unanswered.SelectMany(frame => frame.Batches))
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
        foreach (QueueBuffer queue in _queues.Values)
        {
            // What stands behind a refused batch was kept back by the same refusal.
            ForewaveException? refusal = _notIntroduced;
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
        _bufferedBytes -= batch.MessagesBytes;
        if (!batch.IsAbandoned)
        {
            _completions.Add(new FailedBatch(this, batch, error));
        }
    }
}
