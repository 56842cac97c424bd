using System.Collections.Concurrent;

namespace Forewave.Client.Producing;

/// <summary>
/// Runs completions one after the other on the thread pool, so that what publishers do with their receipts never runs on a
/// connection's loop. Thread-safe; one pool item for all that gathered.
/// </summary>
internal sealed class CompletionQueue : IThreadPoolWorkItem
{
    private readonly ConcurrentQueue<ICompletion> _waiting = new();
    private int _isScheduled;

    public void Add(ICompletion completion)
    {
        _waiting.Enqueue(completion);
        if (Interlocked.Exchange(ref _isScheduled, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    void IThreadPoolWorkItem.Execute()
    {
        do
        {
            while (_waiting.TryDequeue(out ICompletion? completion))
            {
                completion.Run();
            }

            // A full fence: it must be seen before the queue is looked at again, or an addition in between would wait for ever.
            Interlocked.Exchange(ref _isScheduled, 0);
        }
        while (!_waiting.IsEmpty && Interlocked.Exchange(ref _isScheduled, 1) == 0);
    }
}
