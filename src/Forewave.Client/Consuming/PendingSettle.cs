using System.Collections.Concurrent;
using System.Threading.Tasks.Sources;
using Forewave.Protocol;

namespace Forewave.Client.Consuming;

/// <summary>
/// Somebody who waits until messages are settled, reused: no allocation in steady state. Awaited once. It may wait for several
/// runs; the first error is the one that is told. Completed on the thread pool.
/// </summary>
internal sealed class PendingSettle : IValueTaskSource
{
    private const int MaxPooled = 16_384;
    private static readonly ConcurrentQueue<PendingSettle> Pool = new();
    private static int _pooled;

    private ManualResetValueTaskSourceCore<bool> _core;
    private ForewaveException? _error;
    private int _open;

    /// <summary>One that waits for nothing yet; <see cref="Release"/> it when all it waits for is added.</summary>
    public static PendingSettle Rent()
    {
        if (Pool.TryDequeue(out PendingSettle? pending))
        {
            Interlocked.Decrement(ref _pooled);
        }
        else
        {
            pending = new PendingSettle();
        }

        pending._open = 1;
        return pending;
    }

    public ValueTask Task => new(this, _core.Version);

    /// <summary>It waits for one run more.</summary>
    public void Add() => Interlocked.Increment(ref _open);

    /// <summary>One of what it waited for is done.</summary>
    public void Release(ForewaveException? error = null)
    {
        if (error is not null)
        {
            Interlocked.CompareExchange(ref _error, error, null);
        }

        if (Interlocked.Decrement(ref _open) > 0)
        {
            return;
        }

        if (_error is { } first)
        {
            _core.SetException(first.ForOneMore());
        }
        else
        {
            _core.SetResult(true);
        }
    }

    void IValueTaskSource.GetResult(short token)
    {
        try
        {
            _core.GetResult(token);
        }
        finally
        {
            Return();
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private void Return()
    {
        _core.Reset();
        _error = null;
        if (Interlocked.Increment(ref _pooled) <= MaxPooled)
        {
            Pool.Enqueue(this);
        }
        else
        {
            Interlocked.Decrement(ref _pooled);
        }
    }
}
