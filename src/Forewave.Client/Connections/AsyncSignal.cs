using System.Diagnostics;
using System.Threading.Tasks.Sources;
using Forewave.Protocol.Threads;

namespace Forewave.Client.Connections;

/// <summary>
/// Wakes one waiting loop; signals while it runs are remembered as one. <see cref="Set"/> and <see cref="SetHere"/> from any thread,
/// <see cref="WaitAsync"/> from the one loop, which goes on on a ready thread, or within <see cref="SetHere"/>. Allocates nothing.
/// </summary>
internal sealed class AsyncSignal : IValueTaskSource, IThreadPoolWorkItem
{
    private const int Idle = 0;
    private const int Signalled = 1;
    private const int Waiting = 2;

    private ManualResetValueTaskSourceCore<bool> _core;
    private int _state;
    private long _waitsSince;

    /// <summary>Lets the loop run once more.</summary>
    public void Set()
    {
        if (Interlocked.Exchange(ref _state, Signalled) == Waiting)
        {
            ReadyThreads.Shared.Queue(this);
        }
    }

    /// <summary>
    /// As <see cref="Set"/>; a loop that has waited for so long goes on within the call, up to its next wait. For callers without
    /// a lock.
    /// </summary>
    public void SetHere(TimeSpan quiet)
    {
        if (Interlocked.Exchange(ref _state, Signalled) != Waiting)
        {
            return;
        }

        WasHere = Stopwatch.GetElapsedTime(_waitsSince) >= quiet;
        if (WasHere)
        {
            _core.SetResult(true);
        }
        else
        {
            ReadyThreads.Shared.Queue(this);
        }
    }

    /// <summary>The loop goes on within a call of <see cref="SetHere"/>. For the loop, which says when it has left that thread.</summary>
    public bool WasHere { get; set; }

    /// <summary>Completes at the next signal, at once when there was one since the last wait.</summary>
    public ValueTask WaitAsync()
    {
        _core.Reset();
        WasHere = false;
        _waitsSince = Stopwatch.GetTimestamp();
        return Interlocked.CompareExchange(ref _state, Waiting, Idle) == Idle
            ? new ValueTask(this, _core.Version)
            : TakeSignal();
    }

    void IThreadPoolWorkItem.Execute() => _core.SetResult(true);

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
