namespace Forewave.Broker.Tests.Delivery;

/// <summary>The thread pool, and how many turns have not ended.</summary>
internal sealed class CountedThreads : ILoopThreads
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _open;

    public bool TakesTurnAtCommit => false;

    public void Queue(IThreadPoolWorkItem turn)
    {
        lock (_gate)
        {
            if (_open++ == 0)
                _idle = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        ThreadPool.UnsafeQueueUserWorkItem(_ => Run(turn), null);
    }

    /// <summary>Completes when no turn is under way.</summary>
    public async Task IdleAsync()
    {
        Task idle;
        lock (_gate)
            idle = _open == 0 ? Task.CompletedTask : _idle.Task;
        await idle.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
    }

    private void Run(IThreadPoolWorkItem turn)
    {
        turn.Execute();
        lock (_gate)
        {
            if (--_open == 0)
                _idle.SetResult();
        }
    }
}
