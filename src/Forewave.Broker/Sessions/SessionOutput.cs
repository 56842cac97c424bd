using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Sessions;

/// <summary>
/// The way out of one connection: a lock around the pipe writer. Any thread writes and flushes; one flush of the pipe runs at
/// a time, and while it does, the peer has not taken what it was sent: the session is congested. What is written meanwhile
/// waits for the next flush, up to <see cref="MaxWaitingBytes"/>; beyond that the peer is given up.
/// <para>
/// The pipe's reader may run inline in a flush, and then under the lock: it sends, does not block and takes no lock of ours. A
/// pipe that throws is a peer that is gone: the output closes, whoever waits for it to drain is told.
/// </para>
/// </summary>
internal sealed class SessionOutput : ISessionOutput, IThreadPoolWorkItem
{
    /// <summary>Written and not taken by the pipe: beyond that the connection is closed.</summary>
    public const int MaxWaitingBytes = 4 * Limits.FrameBytes;

    private readonly Lock _gate = new();
    private readonly PipeWriter _writer;
    private readonly ReadGate _readGate;
    private readonly TimeProvider _time;
    private readonly Action _flushed;
    private readonly int _maxInFlight;
    private ConfiguredValueTaskAwaitable<FlushResult>.ConfiguredValueTaskAwaiter _flush;
    private List<IDrainObserver>? _drainObservers;
    private long _waitingBytes;
    private long _congestedSince;
    private long _lastFlush;
    private int _inFlight;
    private int _markedForFlush;
    private volatile bool _congested;
    private volatile bool _closed;
    private volatile bool _abort;

    /// <summary>Makes the output of one connection.</summary>
    /// <param name="connectionId">Its number.</param>
    /// <param name="writer">The pipe; its owner completes it after <see cref="Close"/>.</param>
    /// <param name="readGate">Opened when the read loop may look again whether it may go on.</param>
    /// <param name="maxInFlight">Unanswered requests before <see cref="MayRead"/> says no.</param>
    /// <param name="time">For how long the peer has not been reading.</param>
    public SessionOutput(long connectionId, PipeWriter writer, ReadGate readGate, int maxInFlight, TimeProvider time)
    {
        ConnectionId = connectionId;
        _writer = writer;
        _readGate = readGate;
        _maxInFlight = maxInFlight;
        _time = time;
        _flushed = OnFlushed;
        _lastFlush = time.GetTimestamp();
    }

    /// <inheritdoc/>
    public long ConnectionId { get; }

    /// <inheritdoc/>
    public bool IsClosed => _closed;

    /// <inheritdoc/>
    public bool IsCongested => _congested;

    /// <summary>The peer must be given up: it is gone, or does not read.</summary>
    public bool MustAbort => _abort;

    /// <summary>Requests taken and not answered.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Whether the read loop may take another frame: the peer reads, and has not too many requests in flight.</summary>
    public bool MayRead => _closed || !_congested && Volatile.Read(ref _inFlight) < _maxInFlight;

    /// <summary>When something was last handed to the pipe, in the clock's ticks.</summary>
    public long LastFlush => Volatile.Read(ref _lastFlush);

    /// <summary>For how long the peer has not been reading; zero when it does.</summary>
    public TimeSpan CongestedFor(long now) =>
        _congested ? _time.GetElapsedTime(Volatile.Read(ref _congestedSince), now) : TimeSpan.Zero;

    /// <summary>A request was taken: <paramref name="places"/> places in flight are used until it is answered.</summary>
    public void RequestTaken(int places = 1) => Interlocked.Add(ref _inFlight, places);

    /// <summary>Gives places in flight back that a request had taken beyond its first.</summary>
    public void RequestDone(int places = 1)
    {
        int left = Interlocked.Add(ref _inFlight, -places);
        // Not at each answer: the loop would wake for every single frame once the bound was met.
        int half = _maxInFlight / 2;
        if (left <= half && left + places > half)
            _readGate.Open();
    }

    /// <summary>True for the first who asks since the last flush: for lists of outputs that are to be flushed.</summary>
    public bool TryMarkForFlush() => Interlocked.Exchange(ref _markedForFlush, 1) == 0;

    /// <inheritdoc/>
    public void Write<TState>(int frameBytes, TState state, SpanAction<byte, TState> fill)
        where TState : allows ref struct
    {
        lock (_gate)
        {
            if (_closed)
                return;
            fill(_writer.GetSpan(frameBytes)[..frameBytes], state);
            _writer.Advance(frameBytes);
            Count(frameBytes);
        }
    }

    /// <inheritdoc/>
    public void WriteAnswer<TState>(int frameBytes, TState state, SpanAction<byte, TState> fill)
        where TState : allows ref struct
    {
        Write(frameBytes, state, fill);
        RequestDone();
    }

    /// <summary>Shows the peer that the broker is alive, and asks the same of it.</summary>
    public void SendPing()
    {
        lock (_gate)
        {
            if (_closed)
                return;
            HeartbeatFrames.WriteServerPing(_writer);
            Count(FrameDecoder.LengthBytes);
        }
        Flush();
    }

    /// <summary>Answers a ping.</summary>
    public void WritePong(CorrelationId correlation)
    {
        lock (_gate)
        {
            if (!_closed)
            {
                HeartbeatFrames.WriteServerPong(_writer, correlation);
                Count(FrameDecoder.LengthBytes);
            }
        }
        if (correlation != CorrelationId.None)
            RequestDone();
    }

    /// <summary>Answers a Publish.</summary>
    public void WriteReceipts(CorrelationId correlation, ReadOnlySpan<PublishedEntry> entries)
    {
        lock (_gate)
        {
            if (!_closed)
            {
                PublishedWriter.Write(_writer, correlation, entries);
                Count(PublishedWriter.Size(correlation, entries));
            }
        }
        RequestDone();
    }

    /// <inheritdoc/>
    public void WriteError(ulong correlation, ErrorCode code, string? detail = null, TimeSpan? retryAfter = null)
    {
        var frame = ServerFrames.Error(correlation, code, detail, retryAfter);
        if (correlation != 0)
            WriteAnswer(ServerFrames.BytesOf(frame), frame, ServerFrames.Fill);
        else
            Write(ServerFrames.BytesOf(frame), frame, ServerFrames.Fill);
    }

    /// <inheritdoc/>
    public void Flush()
    {
        // A full fence: who writes after the look below must find the mark gone, and list this output again.
        Interlocked.Exchange(ref _markedForFlush, 0);
        // What the caller wrote was flushed by another, or there was nothing: not worth waiting for who sends now.
        if (Volatile.Read(ref _waitingBytes) == 0 && !_closed)
            return;
        lock (_gate)
        {
            if (_closed || _congested || _waitingBytes == 0)
                return;
            FlushLocked();
        }
        if (_closed)
            TellDrained();
    }

    void IThreadPoolWorkItem.Execute() => Flush();

    /// <inheritdoc/>
    public void NotifyDrained(IDrainObserver observer)
    {
        lock (_gate)
        {
            if (_congested && !_closed)
            {
                _drainObservers ??= [];
                _drainObservers.Add(observer);
                return;
            }
        }
        observer.Drained(this);
    }

    /// <summary>Nothing is written any more; the owner of the pipe completes it.</summary>
    /// <param name="abort">What is written already need not be sent.</param>
    public void Close(bool abort)
    {
        lock (_gate)
            CloseLocked(abort);
        TellDrained();
    }

    private void Count(int frameBytes)
    {
        _waitingBytes += frameBytes;
        if (_waitingBytes > MaxWaitingBytes)
            CloseLocked(abort: true);
    }

    private void CloseLocked(bool abort)
    {
        _abort |= abort;
        _closed = true;
        _readGate.Open();
    }

    /// <summary>True when the flush goes on by itself: the peer is congested until it ends.</summary>
    private bool FlushLocked()
    {
        _waitingBytes = 0;
        long now = _time.GetTimestamp();
        Volatile.Write(ref _lastFlush, now);
        try
        {
            _flush = _writer.FlushAsync().ConfigureAwait(false).GetAwaiter();
            if (_flush.IsCompleted)
            {
                if (TakeFlushResult())
                    CloseLocked(abort: true);
                return false;
            }
        }
        catch (Exception) when (!_closed)
        {
            // Whatever the transport throws means that the peer is gone; the read loop ends the session.
            CloseLocked(abort: true);
            return false;
        }
        if (!_congested)
            Volatile.Write(ref _congestedSince, now);
        _congested = true;
        _flush.UnsafeOnCompleted(_flushed);
        return true;
    }

    /// <summary>Of a flush that has completed: whether the peer takes no more.</summary>
#pragma warning disable VSTHRD002 // It has completed: this does not wait.
    private bool TakeFlushResult() => _flush.GetResult().IsCompleted;
#pragma warning restore VSTHRD002

    private void OnFlushed()
    {
        lock (_gate)
        {
            bool ended = true;
            try
            {
                ended = TakeFlushResult();
            }
            catch (Exception)
            {
                // As above: the peer is gone.
            }
            if (ended)
                CloseLocked(abort: true);
            Volatile.Write(ref _congestedSince, _time.GetTimestamp());
            if (!_closed && _waitingBytes > 0 && FlushLocked())
                return;
            _congested = false;
        }
        TellDrained();
    }

    private void TellDrained()
    {
        List<IDrainObserver>? observers;
        lock (_gate)
        {
            observers = _drainObservers;
            _drainObservers = null;
        }
        _readGate.Open();
        if (observers is null)
            return;
        foreach (var observer in observers)
            observer.Drained(this);
    }
}
