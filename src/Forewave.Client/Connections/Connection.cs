using System.Buffers;
using System.Collections.Concurrent;
using Forewave.Client.Transactions;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Protocol.V1;

namespace Forewave.Client.Connections;

/// <summary>
/// One connection to one broker, from hello to its end. Two loops run it: one receives and gives answers and deliveries to
/// their handlers, one sends. Thread-safe. Any failure ends it: <see cref="Completion"/> says why, everybody who waited for
/// an answer has been told then; it is never used again.
/// <para>
/// When the broker says that it is going away the connection begins nothing new: what is under way is answered, what was
/// received can be settled. <see cref="FinishAsync"/> waits for that and ends it.
/// </para>
/// </summary>
internal sealed class Connection : IAsyncDisposable
{
    private readonly IWireTransport _transport;
    private readonly TimeProvider _time;
    private readonly FrameReceiver _receiver;
    private readonly SendLoop _sender;
    private readonly ControlFrames _control = new();
    private readonly Requests _requests = new();
    private readonly ConcurrentDictionary<uint, IDeliveryHandler> _subscriptions = new();
    private readonly ConcurrentDictionary<uint, ICheckBackHandler> _checkBacks = new();
    private readonly CancellationTokenSource _end = new();
    private readonly TaskCompletionSource<ForewaveException> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ending = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Heartbeat _heartbeat;
    private volatile LeaveNotice? _leaving;
    private ForewaveException? _failure;

    private Connection(IWireTransport transport, TimeProvider time)
    {
        _transport = transport;
        _time = time;
        _receiver = new FrameReceiver(transport, Limits.FrameBytes);
        _sender = new SendLoop(transport);
        _heartbeat = new Heartbeat(this, time);
    }

    /// <summary>What the broker said in its hello.</summary>
    public HelloAnswer Hello { get; private set; } = new();

    /// <summary>What the broker can do.</summary>
    public BrokerCapabilities Capabilities { get; private set; } = new(new HelloAnswer());

    /// <summary>Completes as soon as nothing new is to be begun: the broker goes away, or the connection fails.</summary>
    public Task Ending => _ending.Task;

    /// <summary>Nothing new is to be begun on it.</summary>
    public bool IsEnding => _leaving is not null || Volatile.Read(ref _failure) is not null;

    /// <summary>What the broker said when it announced its leave; null as long as it did not.</summary>
    public LeaveNotice? Leaving => _leaving;

    /// <summary>Completes with the reason when the connection has ended.</summary>
    public Task<ForewaveException> Completion => _completion.Task;

    /// <summary>Called once before a request is refused because the connection ends; on the thread that ends it: short.</summary>
    public Action? BeforeEnding { get; set; }

    /// <summary>Says hello over a fresh transport, which the connection owns from here on.</summary>
    /// <exception cref="ForewaveException">The broker refused, or did not answer in time.</exception>
    public static async ValueTask<Connection> OpenAsync(
        IWireTransport transport, Hello hello, TimeProvider time, CancellationToken cancellation)
    {
        Connection connection = new(transport, time);
        connection.Start();
        try
        {
            using CancellationTokenSource timeout = new(Limits.HelloTimeout, time);
            using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
            ServerFrame answer = await connection.RequestAsync(new ClientFrame { Hello = hello }, both.Token).ConfigureAwait(false);
            connection.Hello = answer.Hello
                ?? throw new ForewaveException(ErrorCode.HelloExpected, "The other side did not answer the hello: it is no Forewave broker.");
            connection.Capabilities = new BrokerCapabilities(connection.Hello);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Says that a source has frames to send.</summary>
    public void Signal(IFrameSource source) => _sender.Signal(source);

    /// <summary>As <see cref="Signal"/>; where nothing was sent for a moment they are sent within the call. For callers without a lock.</summary>
    public void SignalHere(IFrameSource source) => _sender.SignalHere(source);

    /// <summary>Gives a request of the caller's own encoding its number; null: the connection has ended.</summary>
    public CorrelationId? Register(IAnswerHandler handler) => _requests.Add(handler);

    /// <summary>Sends a request, unless the connection ends; then false, and the request was not sent.</summary>
    /// <param name="request">Its correlation is set here.</param>
    /// <param name="handler">Hears of the answer.</param>
    public bool TryRequest(ClientFrame request, IAnswerHandler handler)
    {
        if (_leaving is not null || _requests.Add(handler) is not { } correlation)
        {
            return false;
        }

        request.Correlation = correlation.Value;
        Send(request);
        return true;
    }

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <param name="request">Its correlation is set here.</param>
    /// <param name="cancellation">Ends the wait, not the request.</param>
    /// <param name="onAnswer">Runs on the receive loop, before anything that came after the answer.</param>
    /// <exception cref="ForewaveException">The broker refused, or the connection ends.</exception>
    public Task<ServerFrame> RequestAsync(
        ClientFrame request, CancellationToken cancellation, Action<ServerFrame>? onAnswer = null)
    {
        RequestWaiter waiter = new(onAnswer);
        return TryRequest(request, waiter)
            ? waiter.Task.WaitAsync(cancellation)
            : Task.FromException<ServerFrame>(_failure ?? _leaving?.Reason ?? new ForewaveException(ErrorCode.Disconnected));
    }

    /// <summary>Sends a request that belongs to the end of something, which may be sent while the broker goes away.</summary>
    public void SendLast(ClientFrame request)
    {
        if (_requests.Add(IgnoredAnswer.Instance) is { } correlation)
        {
            request.Correlation = correlation.Value;
            Send(request);
        }
    }

    /// <summary>Waits so long, or until nothing new is to be begun.</summary>
    public async ValueTask PauseAsync(TimeSpan pause, CancellationToken cancellation)
    {
        try
        {
            await Ending.WaitAsync(pause, _time, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The pause is over.
        }
    }

    /// <summary>Waits for the answers to what is under way, at most for the broker's grace; then ends the connection.</summary>
    public async Task FinishAsync(LeaveNotice notice)
    {
        try
        {
            await _requests.IdleAsync().WaitAsync(notice.Grace, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // What is not answered goes again over the next connection.
        }

        Fail(notice.Reason);
    }

    /// <summary>Sends a frame that has no answer.</summary>
    public void Send(ClientFrame frame)
    {
        ArrayBufferWriter<byte> bytes = new();
        GeneratedFrame.Write(bytes, frame);
        Send(bytes.WrittenMemory);
    }

    /// <summary>Sends an encoded frame.</summary>
    public void Send(ReadOnlyMemory<byte> frame)
    {
        _control.Add(frame);
        _sender.Signal(_control);
    }

    /// <summary>From now on deliveries of a subscription go to its handler.</summary>
    public void AddSubscription(uint subscription, IDeliveryHandler handler) => _subscriptions[subscription] = handler;

    /// <summary>Deliveries of a subscription that still come are dropped.</summary>
    public void RemoveSubscription(uint subscription) => _subscriptions.TryRemove(subscription, out _);

    /// <summary>From now on questions for a producer go to its handler.</summary>
    public void AddCheckBack(uint producer, ICheckBackHandler handler) => _checkBacks[producer] = handler;

    /// <summary>Questions for a producer are passed over.</summary>
    public void RemoveCheckBack(uint producer) => _checkBacks.TryRemove(producer, out _);

    /// <summary>Ends the connection.</summary>
    public void Fail(ForewaveException reason)
    {
        if (Interlocked.CompareExchange(ref _failure, reason, null) is null)
        {
            BeforeEnding?.Invoke();
            _ending.TrySetResult();
            _end.Cancel();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Fail(new ForewaveException(ErrorCode.ClientClosed));
        await Completion.ConfigureAwait(false);
    }

    private void Start() => _ = RunAsync();

    // The one owner of both loops; everything that ends the connection ends here.
    private async Task RunAsync()
    {
        Task sending = GuardAsync(_sender.RunAsync(_end.Token));
        Task receiving = GuardAsync(ReceiveAsync(_end.Token));
        _heartbeat.Start();
        await Task.WhenAny(sending, receiving).ConfigureAwait(false);
        Fail(new ForewaveException(ErrorCode.Disconnected));
        await _heartbeat.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(sending, receiving).ConfigureAwait(false);
        await _transport.DisposeAsync().ConfigureAwait(false);
        _requests.Close(_failure!);
        _end.Dispose();
        _completion.SetResult(_failure!);
    }

    private async Task GuardAsync(Task loop)
    {
        try
        {
            await loop.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Fail(new ForewaveException(ErrorCode.Disconnected));
        }
        catch (ForewaveException e)
        {
            Fail(e);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or ObjectDisposedException)
        {
            Fail(new ForewaveException(ErrorCode.Disconnected, $"The connection broke: {e.Message}.", e));
        }
        catch (Exception e)
        {
            Fail(new ForewaveException(ErrorCode.Disconnected, $"A defect of the client ended the connection: {e}.", e));
        }
    }

    private async Task ReceiveAsync(CancellationToken cancellation)
    {
        while (await _receiver.ReceiveAsync(cancellation).ConfigureAwait(false))
        {
            _heartbeat.NoteReceived();
            TakeFrames();
        }

        throw new ForewaveException(ErrorCode.Disconnected, "The broker closed the connection.");
    }

    private void TakeFrames()
    {
        while (_receiver.TryTake(out ReadOnlySpan<byte> frame))
        {
            if (!ServerFrameReader.TryRead(frame, out ServerFrameHeader header, out FrameProblem problem))
            {
                throw problem.ToException();
            }

            Take(frame, header);
        }
    }

    private void Take(ReadOnlySpan<byte> frame, in ServerFrameHeader header)
    {
        if (header.Correlation != CorrelationId.None)
        {
            _requests.Take(header.Correlation)?.Answered(frame, header);
            _requests.Answered();
            return;
        }

        switch (header.Answer)
        {
            case ServerAnswer.Delivery:
                TakeDelivery(frame, header);
                break;
            case ServerAnswer.Ping:
                _heartbeat.Answer();
                break;
            case ServerAnswer.GoAway:
                TakeLeave(frame, header);
                break;
            case ServerAnswer.SubscriptionEnded:
                TakeSubscriptionEnd(frame, header);
                break;
            case ServerAnswer.RoleChanged:
                TakeRole(frame, header);
                break;
            case ServerAnswer.CheckBack:
                TakeCheckBack(frame, header);
                break;
            case ServerAnswer.Error when ErrorFrame.TryRead(frame, header.Payload, out Error error):
                throw ErrorFrame.ToException(error);
            default:
                break;
        }
    }

    private void TakeDelivery(ReadOnlySpan<byte> frame, in ServerFrameHeader header)
    {
        if (!DeliveryReader.TryOpen(frame, header.Payload, out DeliveryReader delivery, out FrameProblem problem))
        {
            throw problem.ToException();
        }

        if (_subscriptions.TryGetValue(delivery.SubscriptionHandle, out IDeliveryHandler? handler))
        {
            handler.Delivered(frame, header.Payload);
        }
    }

    private void TakeLeave(ReadOnlySpan<byte> frame, in ServerFrameHeader header)
    {
        if (!GeneratedFrame.TryParse(GoAway.Parser, header.Payload.Of(frame), out GoAway? goAway, out FrameProblem problem))
        {
            throw problem.ToException();
        }

        if (_leaving is not null)
        {
            return;
        }

        BeforeEnding?.Invoke();
        _leaving = LeaveNotice.Of(goAway);
        foreach ((_, IDeliveryHandler handler) in _subscriptions)
        {
            handler.GoingAway();
        }

        _ending.TrySetResult();
    }

    private void TakeRole(ReadOnlySpan<byte> frame, in ServerFrameHeader header)
    {
        RoleChanged changed = RoleChanged.Parser.ParseFrom(header.Payload.Of(frame));
        if (_subscriptions.TryGetValue(changed.Subscription, out IDeliveryHandler? handler))
        {
            handler.RoleChanged(changed.Role);
        }
    }

    private void TakeCheckBack(ReadOnlySpan<byte> frame, in ServerFrameHeader header)
    {
        CheckBack question = CheckBack.Parser.ParseFrom(header.Payload.Of(frame));
        if (_checkBacks.TryGetValue(question.Producer, out ICheckBackHandler? handler))
        {
            handler.Asked(question);
        }
    }

    private void TakeSubscriptionEnd(ReadOnlySpan<byte> frame, in ServerFrameHeader header)
    {
        SubscriptionEnded ended = SubscriptionEnded.Parser.ParseFrom(header.Payload.Of(frame));
        if (_subscriptions.TryRemove(ended.Subscription, out IDeliveryHandler? handler))
        {
            handler.Ended(ErrorFrame.ToException(ended.Error));
        }
    }
}
