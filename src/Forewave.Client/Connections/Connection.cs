using System.Buffers;
using System.Collections.Concurrent;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Protocol.V1;

namespace Forewave.Client.Connections;

/// <summary>
/// One connection to one broker, from hello to its end. Two loops run it: one receives and gives answers and deliveries to
/// their handlers, one sends. Thread-safe. Any failure ends it: <see cref="Completion"/> says why, everybody who waited for
/// an answer has been told then; it is never used again.
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
    private readonly CancellationTokenSource _end = new();
    private readonly TaskCompletionSource<ForewaveException> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Heartbeat _heartbeat;
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

    /// <summary>Completes with the reason when the connection has ended.</summary>
    public Task<ForewaveException> Completion => _completion.Task;

    /// <summary>The broker wants this connection to end: nothing new should be begun on it.</summary>
    public Action? GoingAway { get; set; }

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

    /// <summary>Gives a request of the caller's own encoding its number; null: the connection has ended.</summary>
    public CorrelationId? Register(IAnswerHandler handler) => _requests.Add(handler);

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <param name="request">Its correlation is set here.</param>
    /// <param name="cancellation">Ends the wait, not the request.</param>
    /// <param name="onAnswer">Runs on the receive loop, before anything that came after the answer.</param>
    public Task<ServerFrame> RequestAsync(
        ClientFrame request, CancellationToken cancellation, Action<ServerFrame>? onAnswer = null)
    {
        RequestWaiter waiter = new(onAnswer);
        if (_requests.Add(waiter) is not { } correlation)
        {
            return Task.FromException<ServerFrame>(_failure ?? new ForewaveException(ErrorCode.Disconnected));
        }

        request.Correlation = correlation.Value;
        Send(request);
        return waiter.Task.WaitAsync(cancellation);
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

    /// <summary>Ends the connection.</summary>
    public void Fail(ForewaveException reason)
    {
        if (Interlocked.CompareExchange(ref _failure, reason, null) is null)
        {
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
                GoingAway?.Invoke();
                break;
            case ServerAnswer.SubscriptionEnded:
                TakeSubscriptionEnd(frame, header);
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

    private void TakeSubscriptionEnd(ReadOnlySpan<byte> frame, in ServerFrameHeader header)
    {
        SubscriptionEnded ended = SubscriptionEnded.Parser.ParseFrom(header.Payload.Of(frame));
        if (_subscriptions.TryRemove(ended.Subscription, out IDeliveryHandler? handler))
        {
            handler.Ended(ErrorFrame.ToException(ended.Error));
        }
    }
}
