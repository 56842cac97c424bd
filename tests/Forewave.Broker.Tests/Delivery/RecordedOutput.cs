using System.Buffers;
using System.Text;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Broker.Sessions;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Tests.Delivery;

/// <summary>The way out of a connection that the test plays: keeps and reads every frame.</summary>
internal sealed class RecordedOutput : ISessionOutput
{
    private static long _connections;
    private readonly Lock _gate = new();
    private readonly List<DeliveredMessage> _messages = [];
    private readonly List<(ulong Correlation, ServerAnswer Answer, ErrorCode Error)> _answers = [];
    private readonly Dictionary<ulong, List<(uint Run, long First, uint Count, ErrorCode Error)>> _settled = [];
    private readonly Dictionary<ulong, TaskCompletionSource> _waiting = [];
    private readonly List<ConsumerRole> _roles = [];
    private IDrainObserver? _observer;
    private bool _congested;
    private int _frames;

    public long ConnectionId { get; } = Interlocked.Increment(ref _connections);

    public bool IsClosed { get; set; }

    public bool IsCongested => _congested;

    public int Frames => Volatile.Read(ref _frames);

    public int Flushes { get; private set; }

    public IReadOnlyList<DeliveredMessage> Messages
    {
        get
        {
            lock (_gate)
                return [.. _messages];
        }
    }

    public IReadOnlyList<(ulong Correlation, ServerAnswer Answer, ErrorCode Error)> Answers
    {
        get
        {
            lock (_gate)
                return [.. _answers];
        }
    }

    /// <summary>The roles that it was told, in order.</summary>
    public IReadOnlyList<ConsumerRole> Roles
    {
        get
        {
            lock (_gate)
                return [.. _roles];
        }
    }

    /// <summary>The failures that a Settle was answered with.</summary>
    public async Task<IReadOnlyList<(uint Run, long First, uint Count, ErrorCode Error)>> SettledAsync(ulong correlation)
    {
        await AnsweredAsync(correlation);
        lock (_gate)
            return _settled[correlation];
    }

    /// <summary>Completes when a request has an answer.</summary>
    public async Task AnsweredAsync(ulong correlation)
    {
        Task answered;
        lock (_gate)
        {
            if (_answers.Exists(answer => answer.Correlation == correlation))
                return;
            if (!_waiting.TryGetValue(correlation, out var source))
                _waiting.Add(correlation, source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            answered = source.Task;
        }
        await answered.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
    }

    public List<DeliveredMessage> TakeMessages()
    {
        lock (_gate)
        {
            List<DeliveredMessage> taken = [.. _messages];
            _messages.Clear();
            return taken;
        }
    }

    public void Write<TState>(int frameBytes, TState state, SpanAction<byte, TState> fill)
        where TState : allows ref struct => Add(frameBytes, state, fill);

    public void WriteAnswer<TState>(int frameBytes, TState state, SpanAction<byte, TState> fill)
        where TState : allows ref struct => Add(frameBytes, state, fill);

    public void WriteError(ulong correlation, ErrorCode code, string? detail = null, TimeSpan? retryAfter = null)
    {
        lock (_gate)
            Answer(correlation, ServerAnswer.Error, code);
    }

    public void Flush() => Flushes++;

    public void NotifyDrained(IDrainObserver observer)
    {
        if (_congested)
            _observer = observer;
        else
            observer.Drained(this);
    }

    public void Congest() => _congested = true;

    public void Drain()
    {
        _congested = false;
        Interlocked.Exchange(ref _observer, null)?.Drained(this);
    }

    private void Add<TState>(int frameBytes, TState state, SpanAction<byte, TState> fill)
        where TState : allows ref struct
    {
        byte[] bytes = new byte[frameBytes];
        fill(bytes, state);
        lock (_gate)
            Read(bytes.AsSpan(FrameDecoder.LengthBytes));
    }

    private void Read(ReadOnlySpan<byte> frame)
    {
        _frames++;
        Assert.True(ServerFrameReader.TryRead(frame, out var header, out _));
        ErrorCode error = default;
        if (header.Answer == ServerAnswer.Delivery)
            ReadDelivery(frame, header);
        else if (header.Answer == ServerAnswer.Settled)
            ReadSettled(frame, header);
        else if (header.Answer == ServerAnswer.Subscribed)
            _roles.Add((ConsumerRole)Protocol.V1.Subscribed.Parser.ParseFrom(header.Payload.Of(frame)).Role);
        else if (header.Answer == ServerAnswer.RoleChanged)
            _roles.Add((ConsumerRole)Protocol.V1.RoleChanged.Parser.ParseFrom(header.Payload.Of(frame)).Role);
        else if (header.Answer == ServerAnswer.SubscriptionEnded)
            error = (ErrorCode)Protocol.V1.SubscriptionEnded.Parser.ParseFrom(header.Payload.Of(frame)).Error.Number;
        Answer(header.Correlation.Value, header.Answer, error);
    }

    private void Answer(ulong correlation, ServerAnswer answer, ErrorCode error)
    {
        _answers.Add((correlation, answer, error));
        if (_waiting.Remove(correlation, out var waiting))
            waiting.SetResult();
    }

    private void ReadDelivery(ReadOnlySpan<byte> frame, ServerFrameHeader header)
    {
        Assert.True(DeliveryReader.TryOpen(frame, header.Payload, out var delivery, out _));
        while (delivery.MoveNext(out var run))
        {
            long offset = run.First.Value;
            foreach (var message in new MessageRun(run.Messages.Of(frame)))
            {
                Assert.True(MessageReader.TryRead(message, out var view, out _));
                _messages.Add(new DeliveredMessage(offset, run.Attempt.Value, run.Epoch.Value, Encoding.UTF8.GetString(view.Body))
                {
                    IsRedriven = run.IsRedriven,
                    Subscription = delivery.SubscriptionHandle,
                    Position = run.FirstPosition.Bits + (ulong)(offset - run.First.Value),
                    Producer = Encoding.UTF8.GetString(run.ProducerName),
                    Frame = _frames,
                });
                offset++;
            }
        }
        Assert.True(delivery.Problem.IsNone);
    }

    private void ReadSettled(ReadOnlySpan<byte> frame, ServerFrameHeader header)
    {
        var failures = new List<(uint, long, uint, ErrorCode)>();
        var reader = new SettledReader(frame, header.Payload);
        while (reader.MoveNext(out var failure))
        {
            Assert.True(ErrorFrame.TryRead(frame, failure.Error, out var error));
            failures.Add((failure.Run, failure.First.Value, failure.Count, (ErrorCode)error.Number));
        }
        _settled[header.Correlation.Value] = failures;
    }
}
