using System.Threading.Tasks.Sources;

namespace Forewave.Client.Connections;

/// <summary>
/// Wakes one waiting loop; signals while it runs are remembered as one. <see cref="Set"/> from any thread,
/// <see cref="WaitAsync"/> from the one loop. Allocates nothing.
/// </summary>
internal sealed class AsyncSignal : IValueTaskSource
{
    private const int Idle = 0;
    private const int Signalled = 1;
    private const int Waiting = 2;

    private ManualResetValueTaskSourceCore<bool> _core = new() { RunContinuationsAsynchronously = true };
    private int _state;

    /// <summary>Lets the loop run once more.</summary>
    public void Set()
    {
        if (Interlocked.Exchange(ref _state, Signalled) == Waiting)
        {
            _core.SetResult(true);
        }
    }

    /// <summary>Completes at the next signal, at once when there was one since the last wait.</summary>
    public ValueTask WaitAsync()
    {
        _core.Reset();
        return Interlocked.CompareExchange(ref _state, Waiting, Idle) == Idle
            ? new ValueTask(this, _core.Version)
            : TakeSignal();
    }

    void IValueTaskSource.GetResult(short token)
    {
        _core.GetResult(token);
        Clear();
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private ValueTask TakeSignal()
    {
        Clear();
        return default;
    }

    // A full fence: the loop must not look for work before this is seen, or a signal in between would be wiped out.
    private void Clear() => Interlocked.Exchange(ref _state, Idle);
}
