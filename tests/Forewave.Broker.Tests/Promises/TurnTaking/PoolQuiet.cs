using System.Diagnostics;

namespace Forewave.Broker.Tests.Promises.TurnTaking;

/// <summary>
/// Tells whether the runtime's thread pool has anything to do. Some of what the engine awaits (a task with a cancellation, a
/// semaphore) takes its way over the pool; as long as that is under way no turn is given.
/// </summary>
internal sealed class PoolQuiet
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestLook = TimeSpan.FromMilliseconds(20);
    private const int EnoughThreads = 16;
    private static int _least = int.MaxValue;
    private int _usual = int.MaxValue;

    // The test host keeps some threads for itself: what comes from the engine must not wait until others are made.
    static PoolQuiet() => ThreadPool.SetMinThreads(EnoughThreads, EnoughThreads);

    /// <summary>Nothing waits, and no more threads work than usually.</summary>
    public bool IsQuiet => ThreadPool.PendingWorkItemCount == 0 && Working() <= _usual;

    /// <summary>Looks how many threads work when nothing is done.</summary>
    public void Learn()
    {
        long start = Stopwatch.GetTimestamp();
        do
            Working();
        while (_least == int.MaxValue && Stopwatch.GetElapsedTime(start) < LongestLook);
        _least = Math.Min(_least, _usual);
        _usual = _least;
    }

    /// <summary>Waits until it is quiet. Where others came to keep threads for themselves, that is usual from then on.</summary>
    public void Settle()
    {
        if (IsQuiet)
            return;
        long start = Stopwatch.GetTimestamp();
        while (!IsQuiet)
        {
            Thread.Yield();
            if (Stopwatch.GetElapsedTime(start) < LongestWait)
                continue;
            if (ThreadPool.PendingWorkItemCount == 0)
                _usual = Working();
            return;
        }
    }

    private int Working()
    {
        ThreadPool.GetMaxThreads(out int most, out _);
        ThreadPool.GetAvailableThreads(out int free, out _);
        int working = most - free;
        if (working < _usual)
            _usual = working;
        return working;
    }
}
