using System.Diagnostics;
using Forewave.Bench.Peers.Measurement;

namespace Forewave.Bench.Peers.Workloads;

/// <summary>The unanswered publishes of one producer: bounds them, times them, and knows when all are answered.</summary>
/// <remarks>
/// One sender reserves, one receiver confirms; they may run at the same time. Cancelling a reservation reserves nothing.
/// A sequence that is confirmed twice, or was never sent, is an error of the peer or of its client and throws.
/// </remarks>
internal sealed class ReceiptWindow
{
    private readonly Lock _gate = new();
    private readonly long[] _sentTicks;
    private readonly int _capacity;
    private readonly LatencyHistogram _latency;
    private readonly TaskCompletionSource _allConfirmed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _room;
    private Exception? _failure;
    private int _roomWanted;
    private int _reserved;
    private int _confirmed;

    /// <param name="messages">All that this producer will send.</param>
    /// <param name="capacity">At most this many are unanswered.</param>
    /// <param name="latency">Takes the time from reservation to receipt.</param>
    public ReceiptWindow(int messages, InFlightLimit capacity, LatencyHistogram latency)
    {
        _sentTicks = new long[messages];
        _capacity = capacity.Messages;
        _latency = latency;
    }

    /// <summary>Ends with the last receipt, or with the error of <see cref="Fail"/>.</summary>
    public Task AllConfirmed => _allConfirmed.Task;

    /// <summary>Takes room for up to <paramref name="wanted"/> messages, waiting while there is room for none of a worthwhile run.</summary>
    public async ValueTask<int> ReserveAsync(int wanted, CancellationToken cancellation)
    {
        while (true)
        {
            Task room;
            lock (_gate)
            {
                if (_failure is not null)
                {
                    throw _failure;
                }

                var free = _capacity - (_reserved - _confirmed);
                if (free >= Math.Min(wanted, Math.Max(1, _capacity / 4)))
                {
                    return Take(Math.Min(wanted, free));
                }

                _roomWanted = Math.Min(wanted, Math.Max(1, _capacity / 4));
                _room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                room = _room.Task;
            }

            await room.WaitAsync(cancellation);
        }
    }

    /// <summary>Takes room whether there is any or not: a paced sender waits for nobody.</summary>
    public void ReserveUnbounded(int count)
    {
        lock (_gate)
        {
            Take(count);
        }
    }

    /// <summary>Receipts for consecutive sequences.</summary>
    public void Confirm(int firstSequence, int count)
    {
        var now = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            for (var sequence = firstSequence; sequence < firstSequence + count; sequence++)
            {
                if (sequence >= _reserved || _sentTicks[sequence] == 0)
                {
                    throw new InvalidOperationException($"Receipt for sequence {sequence}, which is not in flight ({_reserved} sent).");
                }

                _latency.Record(now - _sentTicks[sequence]);
                _sentTicks[sequence] = 0;
            }

            _confirmed += count;
            if (_room is not null && _capacity - (_reserved - _confirmed) >= _roomWanted)
            {
                _room.SetResult();
                _room = null;
            }
        }

        if (_confirmed == _sentTicks.Length)
        {
            _allConfirmed.TrySetResult();
        }
    }

    /// <summary>The receipts will not come: wakes whoever waits for them.</summary>
    public void Fail(Exception error)
    {
        _allConfirmed.TrySetException(error);
        lock (_gate)
        {
            _failure = error;
            _room?.TrySetException(error);
        }
    }

    private int Take(int count)
    {
        Array.Fill(_sentTicks, Stopwatch.GetTimestamp(), _reserved, count);
        _reserved += count;
        return count;
    }
}
