using System.Buffers;
using Forewave.Client.Connections;
using Forewave.Client.Telemetry;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Client.Consuming;

/// <summary>
/// The messages that wait for the application, and the credit that asks for more. Filled by the receive loop, emptied by
/// whoever receives: thread-safe by the consumer's lock.
/// </summary>
internal sealed class Prefetch
{
    private readonly ConsumerLane _lane;
    private readonly Arrivals _arrivals;
    private readonly Lock _lock;
    private readonly TimeProvider _time;
    private readonly LeasedRuns _leased;
    private readonly Settlements _settlements;
    private readonly CreditWindow _window;
    private readonly Queue<LeasedRun> _runs = new();
    private readonly DeliveryCopy _copy;
    private SubscriptionTerms? _terms;
    private Connection? _connection;
    private ForewaveException? _fault;
    private bool _isClosed;

    public Prefetch(ConsumerLane lane, Arrivals arrivals, LeasedRuns leased, ConsumerOptions options, TimeProvider time)
    {
        _lane = lane;
        _arrivals = arrivals;
        _lock = arrivals.Gate;
        _leased = leased;
        _settlements = lane.Settlements;
        _time = time;
        _copy = new DeliveryCopy(lane);
        _window = new CreditWindow(options);
    }

    /// <summary>There are so many partitions: this one may ask for its part. Under the lock.</summary>
    public void Share(int partitions) => _window.Share(partitions);

    /// <summary>Whether nothing will come any more.</summary>
    public bool IsEnded => Volatile.Read(ref _isClosed) || Volatile.Read(ref _fault) is not null;

    /// <summary>Takes the next messages, as many as are here and fit; how many.</summary>
    /// <exception cref="ForewaveException">The subscription ended, or cannot be made.</exception>
    public int Take(Span<ReceivedMessage> messages)
    {
        int count = 0;
        Connection? connection = null;
        CreditView credit = default;
        lock (_lock)
        {
            if (_fault is not null)
            {
                throw _fault;
            }

            while (count < messages.Length && _runs.TryPeek(out LeasedRun? run))
            {
                int taken = run.Take(messages[count..], out int creditBytes);
                if (run.Waiting == 0)
                {
                    _runs.Dequeue();
                    _arrivals.Runs--;
                }

                _window.HandOut(taken, creditBytes);
                count += taken;
            }

            if (count > 0 && _terms is not null && _window.TryGrant(_terms.Handle, out credit))
            {
                connection = _connection;
            }
        }

        connection?.Send(Encode(credit));
        return count;
    }

    /// <summary>Completes when it is worth looking for a message again, at the latest after this wait.</summary>
    /// <exception cref="OperationCanceledException">By the token.</exception>
    public async ValueTask WaitAsync(TimeSpan wait, CancellationToken cancellation)
    {
        MessageWaiter waiter;
        lock (_lock)
        {
            if (_arrivals.Runs > 0 || _isClosed || _fault is not null)
            {
                return;
            }

            waiter = _arrivals.Waiters.Add();
        }

        try
        {
            await waiter.Task.WaitAsync(wait, _time, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            Leave(waiter);
            if (e is OperationCanceledException)
            {
                throw;
            }
        }
    }

    /// <summary>Messages came; on the receive loop.</summary>
    public void Add(ReadOnlySpan<byte> frame, ByteRange payload, bool isPull)
    {
        if (_terms is not { } terms)
        {
            return;
        }

        List<LeasedRun> runs = _copy.Read(frame, payload, terms, (_time.GetTimestamp(), _window.HandedOut));
        int messages = 0;
        lock (_lock)
        {
            foreach (LeasedRun run in runs)
            {
                messages += run.Count;
                _window.Arrive(run, isPull);
                if (!_settlements.AtMostOnce)
                {
                    _leased.Add(run);
                }

                _runs.Enqueue(run);
            }

            _arrivals.Runs += runs.Count;

            if (_isClosed)
            {
                GiveBack(int.MaxValue);
            }

            _arrivals.Waiters.Wake(messages);
        }

        ClientTelemetry.NoteConsumed(_lane.Consumer, messages);
        if (IsEnded)
        {
            _settlements.Wake();
        }
    }

    /// <summary>There is a subscription; on the receive loop, before its first delivery.</summary>
    public void Attach(Connection connection, SubscriptionTerms terms)
    {
        CreditView credit;
        bool gives;
        lock (_lock)
        {
            (_connection, _terms) = (connection, terms);
            _window.Reset();
            gives = _window.TryGrant(terms.Handle, out credit) && !_isClosed;
        }

        if (gives)
        {
            connection.Send(Encode(credit));
        }
    }

    /// <summary>The connection has ended.</summary>
    public void Detach()
    {
        lock (_lock)
        {
            _connection = null;
        }
    }

    /// <summary>Nothing more is handed out: what waits goes back to the broker.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            GiveBack(int.MaxValue);
            _arrivals.Waiters.WakeAll();
        }

        _settlements.Wake();
    }

    /// <summary>Nothing will come any more: whoever receives is told why.</summary>
    public void Fail(ForewaveException fault)
    {
        lock (_lock)
        {
            _fault ??= fault;
            _arrivals.Waiters.WakeAll();
        }
    }

    /// <summary>Gives back what has waited for half of its lease: others may have time for it.</summary>
    public void Tick()
    {
        bool any = false;
        lock (_lock)
        {
            int stale = 0;
            long now = _time.GetTimestamp();
            foreach (LeasedRun run in _runs)
            {
                if (_settlements.AtMostOnce || _time.GetElapsedTime(run.Arrived, now) < run.VisibilityTimeout / 2)
                {
                    break;
                }

                stale++;
            }

            if (stale > 0)
            {
                any = true;
                _window.Narrow(_window.HandedOut - _runs.Peek().HandedOutBefore);
                GiveBack(stale);
            }
        }

        if (any)
        {
            _settlements.Wake();
        }
    }

    // A message that comes later is for somebody who still waits. Where one came just now, and its wake went to the one who leaves,
    // the next one looks.
    private void Leave(MessageWaiter waiter)
    {
        lock (_lock)
        {
            if (!_arrivals.Waiters.TryRemove(waiter) && _arrivals.Runs > 0)
            {
                _arrivals.Waiters.Wake(1);
            }
        }
    }

    private void GiveBack(int runs)
    {
        List<LeasedRun> back = [];
        while (runs-- > 0 && _runs.TryDequeue(out LeasedRun? run))
        {
            _arrivals.Runs--;
            _window.Leave(run);
            back.Add(run);
        }

        _settlements.ReleaseWaiting(back);
    }

    private static ReadOnlyMemory<byte> Encode(CreditView credit)
    {
        ArrayBufferWriter<byte> bytes = new(32);
        CreditWriter.Write(bytes, credit);
        return bytes.WrittenMemory;
    }
}
