using System.Threading.Tasks.Sources;

namespace Forewave.Broker.Sessions;

/// <summary>
/// Where a session's read loop waits until it may go on. One waiter, any number of openers; an opening without a waiter is
/// kept for the next one. Waiting allocates nothing. The waiter looks at its condition again after each opening.
/// </summary>
internal sealed class ReadGate : IValueTaskSource
{
    private const int Idle = 0;
    private const int Waiting = 1;
    private const int Opened = 2;

    private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = true };
    private int _state;

    /// <summary>Completes at the next opening; for the read loop alone.</summary>
    public ValueTask WaitAsync()
    {
        _source.Reset();
        int before = Interlocked.CompareExchange(ref _state, Waiting, Idle);
        if (before == Idle)
            return new ValueTask(this, _source.Version);
        Volatile.Write(ref _state, Idle);
        return ValueTask.CompletedTask;
    }

    /// <summary>Lets the waiter, or the next one, go on. Any thread; the waiter runs on the thread pool.</summary>
    public void Open()
    {
        while (true)
        {
            int seen = Volatile.Read(ref _state);
            if (seen == Opened)
                return;
            int next = seen == Waiting ? Idle : Opened;
            if (Interlocked.CompareExchange(ref _state, next, seen) != seen)
                continue;
            if (seen == Waiting)
                _source.SetResult(true);
            return;
        }
    }

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}
