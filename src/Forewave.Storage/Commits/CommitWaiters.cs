using Forewave.Protocol;

namespace Forewave.Storage.Commits;

/// <summary>Those who wait for a position without a record of their own. Thread-safe; callbacks run outside the lock.</summary>
internal sealed class CommitWaiters
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<OwnedRecord, ulong> _waiting = new();
    private ulong _committed;
    private StoreException? _failure;

    /// <summary>Durable up to here.</summary>
    public LogPosition Committed
    {
        get => LogPosition.FromBits(Volatile.Read(ref _committed));
        set => Volatile.Write(ref _committed, value.Bits);
    }

    /// <summary>Told of each position that is waited for, outside the lock: it has to be written now. Set before the first wait.</summary>
    public Action<LogPosition>? SomebodyWaits { get; set; }

    /// <summary>See <see cref="IStore.TryAwaitCommit"/>.</summary>
    public bool TryAdd(in OwnedRecord waiter)
    {
        StoreException? failure;
        lock (_lock)
        {
            // Committed is moved first, then this lock is taken to answer: nobody falls between.
            if (waiter.First <= Committed)
            {
                return false;
            }

            failure = _failure;
            if (failure is null)
            {
                _waiting.Enqueue(waiter, waiter.First.Bits);
            }
        }

        if (failure is not null)
        {
            waiter.Owner.Lost(failure, waiter.Token);
        }
        else
        {
            SomebodyWaits?.Invoke(waiter.First);
        }

        return true;
    }

    /// <summary>Tells everybody up to a position.</summary>
    public void Answer(LogPosition through)
    {
        while (TryTake(through, out OwnedRecord waiter))
        {
            waiter.Owner.Committed(waiter.First, waiter.Token);
        }
    }

    /// <summary>Tells everybody, now and later, that nothing more will be committed.</summary>
    public void Fail(StoreException failure)
    {
        lock (_lock)
        {
            _failure = failure;
        }

        while (TryTake(LogPosition.FromBits(ulong.MaxValue), out OwnedRecord waiter))
        {
            waiter.Owner.Lost(failure, waiter.Token);
        }
    }

    private bool TryTake(LogPosition through, out OwnedRecord waiter)
    {
        lock (_lock)
        {
            return _waiting.TryPeek(out waiter, out ulong position) && position <= through.Bits && _waiting.TryDequeue(out waiter, out _);
        }
    }
}
