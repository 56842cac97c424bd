using Forewave.Broker.Scheduling.Pending;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Scheduling;

/// <summary>
/// What the commit thread hands to the owner of lanes: their records, and how far the log is committed. Wakes the owner's
/// loop. Thread-safe; never blocks. Bounded by what the log can hold between two turns of the loop.
/// </summary>
internal sealed class CommitIntake(Func<RecordType, bool> takes) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private List<CommittedRecord> _records = [];
    private LogPosition _through;
    private (LogPosition Position, TaskCompletionSource Done)? _awaited;
    private StoreException? _failure;
    private int _isAwake;

    /// <summary>A group was committed: takes the records that are the owner's.</summary>
    public void Put(ReadOnlySpan<CommittedRecord> records, LogPosition through)
    {
        bool any = false;
        lock (_gate)
        {
            foreach (ref readonly var record in records)
            {
                if (!takes(record.Header.Type))
                    continue;
                _records.Add(record);
                any = true;
            }
            _through = through;
            if (_awaited is { } awaited && through >= awaited.Position)
            {
                awaited.Done.TrySetResult();
                _awaited = null;
            }
        }
        if (any)
            Ring();
    }

    /// <summary>Everything up to a position is in the state: recovery is over.</summary>
    public void Begin(LogPosition committed) => _through = committed;

    /// <summary>The store stopped: nothing more will be committed.</summary>
    public void Stopped(StoreException failure)
    {
        lock (_gate)
        {
            _failure = failure;
            _awaited?.Done.TrySetException(failure);
            _awaited = null;
        }
    }

    /// <summary>Wakes the loop.</summary>
    public void Ring()
    {
        if (Interlocked.Exchange(ref _isAwake, 1) == 0)
            _wake.Release();
    }

    /// <summary>Completes when the loop was rung.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellation)
    {
        await _wake.WaitAsync(cancellation);
        Volatile.Write(ref _isAwake, 0);
    }

    /// <summary>Takes the records in exchange for an empty list.</summary>
    /// <returns>How far the log is committed.</returns>
    public LogPosition Take(ref List<CommittedRecord> records)
    {
        lock (_gate)
        {
            (records, _records) = (_records, records);
            return _through;
        }
    }

    /// <summary>Completes when the log is committed up to a position and what is to be taken of it is here. One waits at a time.</summary>
    /// <exception cref="StoreException">The store stopped before.</exception>
    public Task UntilAsync(LogPosition position)
    {
        lock (_gate)
        {
            if (_through >= position)
                return Task.CompletedTask;
            if (_failure is not null)
                return Task.FromException(_failure);
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited = (position, done);
            return done.Task;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _wake.Dispose();
}
