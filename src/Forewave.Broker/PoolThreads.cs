namespace Forewave.Broker;

/// <summary>The thread pool.</summary>
internal sealed class PoolThreads : ILoopThreads
{
    private PoolThreads()
    {
    }

    /// <summary>The one that there is.</summary>
    public static PoolThreads Shared { get; } = new();

    /// <inheritdoc/>
    public void Queue(IThreadPoolWorkItem turn) => ThreadPool.UnsafeQueueUserWorkItem(turn, preferLocal: false);
}
