using System.Collections.Concurrent;
using System.Threading.Tasks.Sources;
using Forewave.Protocol;

namespace Forewave.Client.Producing;

/// <summary>One awaited publish, reused: no allocation in steady state. Awaited once, as every <see cref="ValueTask{T}"/>.</summary>
internal sealed class PendingPublish : IPublishObserver, IValueTaskSource<Receipt>
{
    private const int MaxPooled = 65_536;
    private static readonly ConcurrentQueue<PendingPublish> Pool = new();
    private static int _pooled;

    // Continuations run where they are completed: on the completion queue's thread, never on a connection's loop.
    private ManualResetValueTaskSourceCore<Receipt> _core;

    public static PendingPublish Rent()
    {
        if (Pool.TryDequeue(out PendingPublish? pending))
        {
            Interlocked.Decrement(ref _pooled);
            return pending;
        }

        return new PendingPublish();
    }

    public ValueTask<Receipt> Task => new(this, _core.Version);

    public void Stored(in Receipt receipt, long token) => _core.SetResult(receipt);

    public void Failed(ForewaveException error, long token) => _core.SetException(error.ForOneMore());

    /// <summary>It was not used after all.</summary>
    public void Return()
    {
        _core.Reset();
        if (Interlocked.Increment(ref _pooled) <= MaxPooled)
        {
            Pool.Enqueue(this);
        }
        else
        {
            Interlocked.Decrement(ref _pooled);
        }
    }

    Receipt IValueTaskSource<Receipt>.GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            Return();
        }
    }

    ValueTaskSourceStatus IValueTaskSource<Receipt>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<Receipt>.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
