using Forewave.Client.Connections;
using Forewave.Client.Producing;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Protocol.V1;
using SettleRun = Forewave.Protocol.Frames.SettleRun;
using SettleVerb = Forewave.Protocol.SettleVerb;

namespace Forewave.Client.Consuming;

/// <summary>
/// What a consumer settles: gathered into runs of consecutive offsets while earlier ones are under way, and for a moment when
/// nobody waits for it; sent as one frame, kept until it is answered and sent again over every new connection. Thread-safe by
/// the consumer's lock.
/// </summary>
internal sealed class Settlements : IFrameSource, IDisposable
{
    // More frames under way are more and smaller records in the broker's log, without an earlier answer.
    private const int MaxUnanswered = 2;
    private const int MaxRefusals = 20;

    private readonly Lock _lock;
    private readonly TimeProvider _time;
    private readonly AckGathering _gathers;
    private readonly LeasedRuns _leased;
    private readonly Queue<SettleFrame> _full = new();
    private readonly Queue<SettleFrame> _resend = new();
    private readonly List<SettleFrame> _unanswered = [];
    private readonly List<SettleFrame> _refused = [];
    private readonly Stack<SettleFrame> _free = new();
    private readonly CompletionQueue _completions = new();
    private SettleFrame _gathering;
    private Connection? _connection;
    private TaskCompletionSource? _idle;
    private int _open;
    private bool _isSignalled;
    private ForewaveException? _end;

    public Settlements(Lock gate, LeasedRuns leased, TimeProvider time, TimeSpan ackDelay)
    {
        _lock = gate;
        _leased = leased;
        _time = time;
        _gathering = new SettleFrame(this);
        _gathers = new AckGathering(ackDelay, time, MeetAcks);
    }

    /// <summary>Hears of what failed in the background; on the thread pool.</summary>
    public required Action<UnsettledMessages> TellUnsettled { get; init; }

    /// <summary>How long somebody waits for an answer.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>Messages are settled before they leave the broker: there is nothing to say about them.</summary>
    public required bool AtMostOnce { get; init; }

    /// <summary>Acks one message in the background.</summary>
    /// <exception cref="ForewaveException">ClientClosed.</exception>
    public void Ack(in ReceivedMessage message)
    {
        bool isUrgent = IsUrgent(message, SettleVerb.Ack);
        LeasedRun run = message.Run;
        Connection? connection;
        lock (_lock)
        {
            Add(run, message.Index, 1, run.RunOf(message.Index, 1, SettleVerb.Ack), null);
            connection = ToSignal(isUrgent);
        }

        connection?.Signal(this);
    }

    /// <summary>Settles one message; completes with the answer.</summary>
    public ValueTask SettleAsync(LeasedRun run, int index, Verdict verdict, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        PendingSettle pending = PendingSettle.Rent();
        ValueTask task = pending.Task;
        Connection? connection;
        lock (_lock)
        {
            SettleRun settle = run.RunOf(index, 1, verdict.Verb) with { Delay = verdict.Delay, Reason = verdict.Reason };
            Add(run, index, 1, settle, pending);
            connection = ToSignal();
        }

        pending.Release();
        connection?.Signal(this);
        return cancellation.CanBeCanceled ? new ValueTask(task.AsTask().WaitAsync(cancellation)) : task;
    }

    /// <summary>Whether a message is not settled yet.</summary>
    public bool IsOpen(in ReceivedMessage message)
    {
        lock (_lock)
        {
            return !message.Run.IsSettled(message.Index);
        }
    }

    /// <summary>Settles one message in the background; false: the consumer is closed, or there is nothing left to extend.</summary>
    public bool TrySettle(in ReceivedMessage message, Verdict verdict)
    {
        bool isUrgent = IsUrgent(message, verdict.Verb);
        LeasedRun run = message.Run;
        Connection? connection;
        lock (_lock)
        {
            // A lease is extended by a timer: the message may have been settled meanwhile.
            if (_end is not null || (verdict.Verb == SettleVerb.Extend && run.IsSettled(message.Index)))
            {
                return false;
            }

            SettleRun settle = run.RunOf(message.Index, 1, verdict.Verb) with { Delay = verdict.Delay, Reason = verdict.Reason };
            Add(run, message.Index, 1, settle, null);
            connection = ToSignal(isUrgent);
        }

        connection?.Signal(this);
        return true;
    }

    /// <summary>Acks in the background what was handed out, up to an offset.</summary>
    public void AckUpTo(Offset offset)
    {
        Connection? connection;
        lock (_lock)
        {
            AckUpTo(offset, null);
            connection = ToSignal();
        }

        connection?.Signal(this);
    }

    /// <inheritdoc cref="AckUpTo(Offset)"/>
    public ValueTask AckUpToAsync(Offset offset, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        PendingSettle pending = PendingSettle.Rent();
        ValueTask task = pending.Task;
        Connection? connection;
        lock (_lock)
        {
            AckUpTo(offset, pending);
            connection = ToSignal();
        }

        pending.Release();
        connection?.Signal(this);
        return cancellation.CanBeCanceled ? new ValueTask(task.AsTask().WaitAsync(cancellation)) : task;
    }

    /// <summary>Gives back the messages of runs that were not handed out. Under the lock; <see cref="Wake"/> afterwards.</summary>
    public void ReleaseWaiting(IEnumerable<LeasedRun> runs)
    {
        foreach (LeasedRun run in runs)
        {
            if (run.Waiting > 0 && _end is null)
            {
                (int first, uint count) = (run.HandedOut, (uint)run.Waiting);
                run.GiveUpWaiting();
                Add(run, first, count, run.RunOf(first, count, SettleVerb.Release), null);
            }
        }
    }

    /// <summary>Lets the connection send what gathered.</summary>
    public void Wake()
    {
        Connection? connection;
        lock (_lock)
        {
            _gathers.Hurry();
            connection = ToSignal();
        }

        connection?.Signal(this);
    }

    public bool TryTake(out ReadOnlyMemory<byte> frames)
    {
        frames = default;
        lock (_lock)
        {
            if (_connection is null || _unanswered.Count >= MaxUnanswered || !TryNext(out SettleFrame? frame))
            {
                _isSignalled = false;
                return false;
            }

            if (_connection.Register(frame) is not { } correlation)
            {
                _isSignalled = false;
                _resend.Enqueue(frame);
                return false;
            }

            _unanswered.Add(frame);
            frames = frame.Encode(correlation);
            return true;
        }
    }

    /// <summary>The consumer is subscribed on a new connection: what is unanswered goes again, then what gathered.</summary>
    public void Attach(Connection connection)
    {
        lock (_lock)
        {
            _connection = connection;
            _isSignalled = true;
        }

        connection.Signal(this);
    }

    /// <summary>The connection has ended.</summary>
    public void Detach()
    {
        lock (_lock)
        {
            _connection = null;
        }
    }

    /// <summary>The leases that the consumer still has something to do with, for its return.</summary>
    public List<OffsetRange> Held()
    {
        HeldRanges held = new();
        lock (_lock)
        {
            for (LeasedRun? run = _leased.First; run is not null; run = run.After)
            {
                foreach ((int index, int count) in run.UnsettledRanges(run.Count))
                {
                    held.Add(run.First.Plus(index), (uint)count, run.Attempt);
                }
            }

            foreach (SettleRun run in Frames().SelectMany(frame => frame.Runs))
            {
                held.Add(run.First, run.Count, run.Attempt);
            }
        }

        return held.Merged();
    }

    /// <summary>A frame's answer came; on the receive loop.</summary>
    public void Answered(SettleFrame frame, ForewaveException? refusal)
    {
        Connection? connection;
        lock (_lock)
        {
            if (!_unanswered.Remove(frame))
            {
                return;
            }

            if (refusal is not null && refusal.Retry != RetryAdvice.Never && ++frame.Refusals <= MaxRefusals)
            {
                frame.Forget();
                _refused.Add(frame);
                return;
            }

            connection = ToSignal();
        }

        _completions.Add(frame);
        connection?.Signal(this);
    }

    /// <summary>A frame's connection ended.</summary>
    public void Lost(SettleFrame frame)
    {
        lock (_lock)
        {
            if (_unanswered.Remove(frame))
            {
                _resend.Enqueue(frame);
            }
        }
    }

    /// <summary>Everybody who waited for a frame has been told.</summary>
    public void Done(SettleFrame frame)
    {
        TaskCompletionSource? idle = null;
        lock (_lock)
        {
            _free.Push(frame);
            if (--_open == 0)
            {
                (idle, _idle) = (_idle, null);
            }
        }

        idle?.SetResult();
    }

    /// <summary>Completes when all that was settled before is answered.</summary>
    public Task IdleAsync()
    {
        Task idle;
        lock (_lock)
        {
            if (_open == 0)
            {
                return Task.CompletedTask;
            }

            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            idle = _idle.Task;
        }

        Wake();
        return idle;
    }

    /// <summary>Looks at deadlines, and at what was refused for a while.</summary>
    public void Tick()
    {
        Connection? connection;
        lock (_lock)
        {
            _refused.ForEach(_resend.Enqueue);
            _refused.Clear();
            long before = _time.GetTimestamp() - (long)(Timeout.TotalSeconds * _time.TimestampFrequency);
            foreach (SettleFrame frame in Frames())
            {
                TellLate(frame, before);
            }

            connection = ToSignal();
        }

        connection?.Signal(this);
    }

    /// <summary>Nothing can be settled any more; what is not answered ends so.</summary>
    public void End(ForewaveException error)
    {
        lock (_lock)
        {
            _end = error;
            _connection = null;
            foreach (SettleFrame frame in Frames().Where(frame => !frame.IsEmpty))
            {
                frame.GiveUp(error);
                _completions.Add(frame);
            }

            _full.Clear();
            _resend.Clear();
            _refused.Clear();
            _unanswered.Clear();
            _gathering = new SettleFrame(this);
        }
    }

    public void Dispose() => _gathers.Dispose();

    // On the timer's thread.
    private void MeetAcks()
    {
        Connection? connection;
        lock (_lock)
        {
            connection = _gathers.TryMeet() ? ToSignal() : null;
        }

        connection?.Signal(this);
    }

    private void AckUpTo(Offset offset, PendingSettle? pending)
    {
        LeasedRun? next;
        for (LeasedRun? run = _leased.First; run is not null; run = next)
        {
            next = run.After;
            int end = (int)Math.Clamp(offset.Since(run.First) + 1, 0, run.HandedOut);
            foreach ((int index, int count) in run.UnsettledRanges(end))
            {
                Add(run, index, (uint)count, run.RunOf(index, (uint)count, SettleVerb.Ack), pending);
            }
        }
    }

    private void Add(LeasedRun run, int index, uint count, in SettleRun settle, PendingSettle? pending)
    {
        if (_end is not null)
        {
            throw _end;
        }

        if (AtMostOnce)
        {
            _leased.Settle(run, index, count);
            return;
        }

        if (settle.Verb != SettleVerb.Extend)
        {
            _leased.Settle(run, index, count);
        }

        if (_gathering.IsFull)
        {
            _full.Enqueue(_gathering);
            _gathering = Fresh();
            _gathers.Taken();
        }

        if (_gathering.IsEmpty)
        {
            _open++;
        }

        _gathering.Add(settle);
        _gathers.Added(count);
        if (pending is not null)
        {
            _gathers.Hurry();
            _gathering.AddWaiter(pending, settle.First, count, _time.GetTimestamp());
        }
    }

    // The next message of a key waits for the ack of this one. More than an ack is seldom, and others wait for it.
    private static bool IsUrgent(in ReceivedMessage message, SettleVerb verb) =>
        verb != SettleVerb.Ack || !OrderingKeyReader.Read(message.Encoded.Span).IsEmpty;

    // The connection to be told that there is something; null: none, or it knows.
    private Connection? ToSignal(bool isUrgent = false)
    {
        if (isUrgent)
        {
            _gathers.Hurry();
        }

        if (_isSignalled || _connection is null || _unanswered.Count >= MaxUnanswered
            || (!_gathers.IsDue && _full.Count == 0 && _resend.Count == 0))
        {
            return null;
        }

        _isSignalled = true;
        return _connection;
    }

    private bool TryNext([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SettleFrame? frame)
    {
        if (_resend.TryDequeue(out frame) || _full.TryDequeue(out frame))
        {
            return true;
        }

        if (_gathering.IsEmpty || !_gathers.IsDue)
        {
            return false;
        }

        frame = _gathering;
        _gathering = Fresh();
        _gathers.Taken();
        return true;
    }

    private SettleFrame Fresh() => _free.TryPop(out SettleFrame? frame) ? frame : new SettleFrame(this);

    private IEnumerable<SettleFrame> Frames() => [.. _unanswered, .. _resend, .. _refused, .. _full, _gathering];

    private void TellLate(SettleFrame frame, long begunBefore)
    {
        List<PendingSettle> late = frame.TakeWaiters(begunBefore);
        if (late.Count > 0)
        {
            ForewaveException error = frame.WasSent
                ? new ForewaveException(ErrorCode.OutcomeUnknown, $"No answer to a settle within {Timeout}.")
                : new ForewaveException(ErrorCode.Timeout, $"A settle could not be sent within {Timeout}.");
            _completions.Add(new LateSettles(late, error));
        }
    }
}
