namespace Forewave.Protocol.Threads;

/// <summary>
/// Threads that stand ready for the next short piece of work of client and broker. Waking one takes a few microseconds, waking a
/// worker of the thread pool five times as long and ten times the processor time: what counts where messages come one by one.
/// When none is ready, work goes to the thread pool; so work may do here what it may do there, block too, and takes nothing from
/// anybody.
/// <para>
/// Thread-safe. No order is kept. Work that throws ends the process, as it does in the pool.
/// </para>
/// </summary>
internal sealed class ReadyThreads
{
    private readonly Lock _gate = new();
    private readonly List<ReadyThread> _ready = [];
    private readonly int _most;
    private int _count;

    /// <param name="most">So many threads at most; they are started when they are needed.</param>
    public ReadyThreads(int most) => _most = most;

    /// <summary>Those of the process.</summary>
    public static ReadyThreads Shared { get; } = new(Math.Clamp(Environment.ProcessorCount, 2, 8));

    /// <summary>Has work done soon; never within the call.</summary>
    public void Queue(IThreadPoolWorkItem work)
    {
        ReadyThread? ready = null;
        bool starts = false;
        lock (_gate)
        {
            if (_ready.Count > 0)
            {
                // The last to come: its stack and its processor are warm.
                ready = _ready[^1];
                _ready.RemoveAt(_ready.Count - 1);
            }
            else if (_count < _most)
            {
                _count++;
                starts = true;
            }
        }

        if (ready is not null)
        {
            ready.Give(work);
        }
        else if (starts)
        {
            new ReadyThread(this).Start(work);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);
        }
    }

    /// <summary>A thread is ready: work may be given to it from now on.</summary>
    internal void Add(ReadyThread thread)
    {
        lock (_gate)
        {
            _ready.Add(thread);
        }
    }
}
