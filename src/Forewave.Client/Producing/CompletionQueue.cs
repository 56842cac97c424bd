using System.Collections.Concurrent;
using Forewave.Protocol.Threads;

namespace Forewave.Client.Producing;

/// <summary>
/// Runs completions one after the other on a ready thread, so that what publishers do with their receipts never runs on a
/// connection's loop. Thread-safe; one piece of work for all that gathered.
/// </summary>
/// <param name="ran">Called after each that ran.</param>
internal sealed class CompletionQueue(Action? ran = null) : IThreadPoolWorkItem
{
    private readonly ConcurrentQueue<ICompletion> _waiting = new();
    private int _isScheduled;
    private int _open;

    /// <summary>Everything that was added has run to its end.</summary>
    public bool IsIdle => Volatile.Read(ref _open) == 0;

    public void Add(ICompletion completion)
    {
        Interlocked.Increment(ref _open);
        _waiting.Enqueue(completion);
        if (Interlocked.Exchange(ref _isScheduled, 1) == 0)
        {
            ReadyThreads.Shared.Queue(this);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        do
        {
            while (_waiting.TryDequeue(out ICompletion? completion))
            {
                completion.Run();
                Interlocked.Decrement(ref _open);
                ran?.Invoke();
            }

            // A full fence: it must be seen before the queue is looked at again, or an addition in between would wait for ever.
            Interlocked.Exchange(ref _isScheduled, 0);
        }
        while (!_waiting.IsEmpty && Interlocked.Exchange(ref _isScheduled, 1) == 0);
    }
}
