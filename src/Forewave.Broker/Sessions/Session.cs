using System.Buffers;
using System.IO.Pipelines;
using Forewave.Broker.Commands;
using Forewave.Broker.Delivery.Commands;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Broker.Ingest;
using Forewave.Broker.Observability;
using Forewave.Broker.Queues;
using Forewave.Broker.Quotas;
using Forewave.Broker.Users;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Sessions;

/// <summary>
/// One connection. Its read loop takes frame after frame and runs each command: hot ones at once, without allocation; one that
/// has to wait (for room in the log, for memory of a large frame, for places in flight, for the peer to read) holds up this connection alone. Handles and
/// input buffer belong to the loop; <see cref="Close"/>, <see cref="SendGoAway"/> and <see cref="Beat"/> may be called from any thread.
/// <para>
/// What a command throws: a refusal is answered and the session goes on; anything else is a fault, logged once, and ends this
/// session only. Cancelling ends it without a word.
/// </para>
/// </summary>
internal sealed class Session : IPublishingSession
{
    // A session may run on a thread that serves other sockets too: so much it reads there, then it goes on in the pool.
    private const long TurnBytes = 256 * 1024;

    private readonly IDuplexPipe _pipe;
    private readonly ReadGate _readGate = new();
    private readonly FrameBuffer _frameBuffer = new();
    private readonly FrameClaim _claim;
    private readonly long _openedAt;
    private long _lastHeard;
    private int _closeCode;
    private volatile bool _isReading;
    private volatile bool _isGreeted;
    private volatile bool _hasWork;
    private volatile Access? _access;
    // Why what it may do has ended; for Beat alone.
    private ErrorCode _accessEnd;

    public Session(SessionParts parts, long id, IDuplexPipe pipe, SessionOrigin origin)
    {
        Parts = parts;
        Id = id;
        Origin = origin;
        _pipe = pipe;
        _claim = new FrameClaim(parts.FrameMemory, parts.Time);
        _openedAt = _lastHeard = parts.Time.GetTimestamp();
        Output = new SessionOutput(id, pipe.Output, _readGate, parts.Options.RequestsInFlight, parts.Time);
    }

    /// <summary>What all sessions share.</summary>
    public SessionParts Parts { get; }

    /// <summary>Number of the connection.</summary>
    public long Id { get; }

    /// <summary>Where it comes from.</summary>
    public SessionOrigin Origin { get; }

    /// <summary>As what <see cref="SessionRegistry.Sdks"/> counts it; null before its hello.</summary>
    public SdkKind? Sdk { get; set; }

    /// <inheritdoc/>
    public SessionOutput Output { get; }

    /// <summary>What the client calls itself; empty before its hello, or where it has no name.</summary>
    public string ClientName { get; set; } = "";

    /// <summary>What the client may do. Set once, by the hello.</summary>
    public Access Access
    {
        get => _access ?? throw new InvalidOperationException("nobody was let in yet");
        set => _access = value;
    }

    /// <inheritdoc/>
    public SessionQuota Quota { get; set; } = null!;

    /// <summary>As whom it is counted among the connections of users; null: it is not.</summary>
    public string? CountedUser { get; set; }

    /// <summary>It is counted among the clients.</summary>
    public bool IsCountedClient { get; set; }

    /// <summary>Who does what is done here, for trails: the user, else what the client calls itself.</summary>
    public string Actor => _access is { User: { } user } ? user.Name.Value : ClientName;

    /// <summary>Handles of producers. For the read loop.</summary>
    public HandleTable<Producer> Producers { get; } = new();

    /// <summary>Handles of queues. For the read loop.</summary>
    public HandleTable<QueueEntry> Queues { get; } = new();

    /// <summary>Handles of subscriptions. For the read loop.</summary>
    public HandleTable<Subscription> Subscriptions { get; } = new();

    /// <summary>Commands that are answered later, in order, without holding the read loop up.</summary>
    public SessionErrands Errands { get; } = new();

    /// <summary>Requests that wait for something to happen.</summary>
    public SessionWaits Waits { get; } = new(Limits.OutcomeWaitsPerConnection);

    /// <summary>The hello was answered.</summary>
    public bool IsGreeted
    {
        get => _isGreeted;
        set => _isGreeted = value;
    }

    /// <summary>It is for administration alone, by its hello: a drain leaves it.</summary>
    public bool IsOfOperator { get; set; }

    /// <summary>It has published or consumed, or has begun to. Any thread.</summary>
    public bool HasWork
    {
        get => _hasWork;
        set => _hasWork = value;
    }

    /// <summary>The connection is about to end.</summary>
    public bool IsClosing => Output.IsClosed;

    /// <inheritdoc/>
    public Producer? FindProducer(uint handle) => Producers.Find(handle);

    /// <inheritdoc/>
    public QueueEntry? FindQueue(uint handle) => Queues.Find(handle);

    /// <summary>Refuses another handle when there are too many.</summary>
    public void CheckHandles()
    {
        if (Producers.Count + Queues.Count + Subscriptions.Count < Parts.Options.HandlesPerConnection)
            return;
        // Subscriptions that the broker ended still have their handles.
        foreach (var ended in Subscriptions.All.Where(subscription => subscription.Ended).ToArray())
            Subscriptions.TryRemove(ended.Handle, out _);
        if (Producers.Count + Queues.Count + Subscriptions.Count >= Parts.Options.HandlesPerConnection)
            throw new RefusedException(ErrorCode.TooManyHandles);
    }

    /// <summary>Refuses to begin something while the broker is drained.</summary>
    /// <exception cref="RefusedException">ShuttingDown.</exception>
    public void RequireNoDrain()
    {
        if (Parts.Drain.IsOn)
            throw new RefusedException(ErrorCode.ShuttingDown, "The broker is drained before it is stopped.");
    }

    /// <summary>Runs the session to its end.</summary>
    public async Task<SessionEnd> RunAsync(CancellationToken cancellation)
    {
        try
        {
            await ReadAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            // What was said before, for example why, is still sent.
            Output.Close(abort: !IsClosing);
        }
        catch (Exception fault) when (fault is IOException or InvalidOperationException && _isReading)
        {
            // The transport's way to say that the peer is gone.
            Output.Close(abort: true);
        }
        catch (Exception fault)
        {
            Fault(fault);
        }
        return await EndAsync();
    }

    /// <summary>Says why and closes. Any thread; the first call counts.</summary>
    public void Close(ErrorCode code, string? detail = null, ulong correlation = 0)
    {
        if (Interlocked.CompareExchange(ref _closeCode, (int)code, 0) != 0)
            return;
        Output.WriteError(correlation, code, detail);
        Output.Flush();
        Output.Close(abort: false);
        Parts.Metrics.ConnectionClosed(code);
        if (code != ErrorCode.ShuttingDown)
            BrokerLog.ConnectionRefused(Parts.Logger, Id, Origin.Peer, code, detail ?? ErrorTable.Entry(code).Happened);
        StopReading();
    }

    /// <summary>
    /// Refuses what somebody asks for who was told to go, or will be: what it may do is what the hello gave it. Any thread, after the hello.
    /// </summary>
    /// <exception cref="RefusedException">LogInEnded; AuthenticationNeeded, of whoever came before the first user.</exception>
    public void CheckAccess()
    {
        var ended = IsUnasked ? ErrorCode.None : Parts.LogIns.Review(Access);
        if (ended != ErrorCode.None)
            throw new RefusedException(ended);
    }

    /// <summary>Ends the session after a fault of its own. Any thread.</summary>
    public void Fault(Exception fault, ulong correlation = 0)
    {
        BrokerLog.ConnectionFaulted(Parts.Logger, Id, fault);
        Close(ErrorCode.BrokerFault, correlation: correlation);
    }

    /// <summary>Tells the peer that the connection will be closed after the grace.</summary>
    public void SendGoAway(ErrorCode code, TimeSpan grace)
    {
        Output.Send(ServerFrames.GoAway(code, grace));
        Output.Flush();
    }

    /// <summary>Looks whether the peer is alive, and shows that the broker is. From the one timer of all sessions.</summary>
    public void Beat(long now)
    {
        var time = Parts.Time;
        if (IsClosing)
            return;
        ReviewAccess();
        if (Origin.IsInProcess)
            return;
        if (!IsGreeted && time.GetElapsedTime(_openedAt, now) >= Limits.HelloTimeout)
            Close(ErrorCode.HelloTimeout);
        var silence = time.GetElapsedTime(Volatile.Read(ref _lastHeard), now);
        if (_isReading && silence >= Limits.DeadAfter)
            Close(ErrorCode.HeartbeatMissed);
        else if (_isReading && _claim.IsOverdue(now, Limits.DeadAfter))
            Close(ErrorCode.HeartbeatMissed, "a frame was not whole after 30 s, and others wait for its memory.");
        else if (Output.CongestedFor(now) >= Limits.DeadAfter)
            Abort();
        else if (IsGreeted && time.GetElapsedTime(Output.LastFlush, now) >= Limits.Heartbeat)
            Output.SendPing();
        if (silence >= Limits.Heartbeat)
            _frameBuffer.Shrink();
    }

    // What was changed of a user holds for its connections too: they are told to go, finish what is under way until the next beat, and come
    // again as what the user is now.
    private void ReviewAccess()
    {
        if (_access is null || IsUnasked)
            return;
        if (_accessEnd != ErrorCode.None)
        {
            Close(_accessEnd);
            return;
        }
        _accessEnd = Parts.LogIns.Review(Access);
        if (_accessEnd != ErrorCode.None)
            SendGoAway(_accessEnd, Limits.AccessReview);
    }

    // The broker's own process, as nobody.
    private bool IsUnasked => Origin.IsInProcess && _access is { User: null };

    private void Abort()
    {
        Interlocked.CompareExchange(ref _closeCode, (int)ErrorCode.HeartbeatMissed, 0);
        Output.Close(abort: true);
        Parts.Metrics.ConnectionClosed(ErrorCode.HeartbeatMissed);
        StopReading();
    }

    /// <summary>
    /// The last that a closer does: where the pipe runs its reader inline, the session goes through its end within, on the closer's
    /// thread. So nobody closes a session under a lock; what the end waits for (errands, the pipe) it awaits, and the closer
    /// goes on meanwhile, even if it is one of the errands.
    /// </summary>
    private void StopReading()
    {
        _claim.Abandon();
        _pipe.Input.CancelPendingRead();
    }

    private async Task ReadAsync(CancellationToken cancellation)
    {
        var input = _pipe.Input;
        if (!await ReadHelloAsync(input, cancellation))
            return;
        long leftBytes = TurnBytes;
        while (!IsClosing)
        {
            if (leftBytes < 0)
            {
                await Task.Yield();
                leftBytes = TurnBytes;
            }
            Volatile.Write(ref _lastHeard, Parts.Time.GetTimestamp());
            _isReading = true;
            var result = await input.ReadAsync(cancellation);
            _isReading = false;
            var buffer = result.Buffer;
            long unreadBytes = buffer.Length;
            while (TryTake(ref buffer, out var frame))
            {
                if (!Output.MayRead)
                    await WaitUntilMayReadAsync(cancellation);
                var step = CommandDispatch.RunAsync(this, _frameBuffer.Take(frame), cancellation);
                if (!step.IsCompletedSuccessfully)
                {
                    Output.Flush();
                    await step;
                }
                _frameBuffer.Release();
                if (_claim.Give())
                    _frameBuffer.Shrink();
            }
            Output.Flush();
            leftBytes -= unreadBytes - buffer.Length;
            if (!buffer.IsEmpty && !IsClosing)
                await _claim.TakeForAsync(buffer, cancellation);
            input.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
                return;
        }
    }

    // False: the peer has ended before it was let in.
    private async ValueTask<bool> ReadHelloAsync(PipeReader input, CancellationToken cancellation)
    {
        HelloBytes hello = new();
        while (!IsClosing && !IsGreeted)
        {
            Volatile.Write(ref _lastHeard, Parts.Time.GetTimestamp());
            _isReading = true;
            var result = await input.ReadAsync(cancellation);
            _isReading = false;
            if (IsClosing)
                return false;
            bool isEnd = result.IsCompleted && result.Buffer.IsEmpty;
            // Given back before the log-in, which may take its time.
            input.AdvanceTo(hello.Take(result.Buffer, out var problem));
            if (!problem.IsNone)
                Close(problem.Code, problem.Text);
            else if (hello.IsWhole)
            {
                await CommandDispatch.RunAsync(this, hello.Frame, cancellation);
                hello = new HelloBytes();
            }
            Output.Flush();
            if (isEnd)
                return false;
        }
        return !IsClosing;
    }

    private bool TryTake(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> frame)
    {
        frame = default;
        if (IsClosing)
            return false;
        if (FrameDecoder.TryRead(ref buffer, Limits.FrameBytes, out frame, out var problem))
            return true;
        if (!problem.IsNone)
            Close(problem.Code, problem.Text);
        return false;
    }

    private async ValueTask WaitUntilMayReadAsync(CancellationToken cancellation)
    {
        Output.Flush();
        while (!Output.MayRead)
        {
            cancellation.ThrowIfCancellationRequested();
            await _readGate.WaitAsync();
        }
    }

    private async Task<SessionEnd> EndAsync()
    {
        Output.Close(abort: false);
        foreach (var producer in Producers.All)
            producer.HandleClosed(Parts.Producers.Now);
        foreach (var subscription in Subscriptions.All)
            Parts.Delivery.Of(subscription.Queue.Id).Post(new ConnectionClosedCommand(subscription));
        Parts.Transactions.Producers.Remove(Output);
        await Waits.EndAsync();
        await Errands.EndAsync();
        _claim.Give();
        _frameBuffer.Release();
        _frameBuffer.Shrink();
        await _pipe.Output.CompleteAsync();
        await _pipe.Input.CompleteAsync();
        return Output.MustAbort ? SessionEnd.Abort : SessionEnd.Finished;
    }
}
