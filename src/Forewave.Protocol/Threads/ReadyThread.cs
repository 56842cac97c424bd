using System.Diagnostics;

namespace Forewave.Protocol.Threads;

/// <summary>One of the ready threads: does a piece of work, says that it is ready, sleeps until the next.</summary>
internal sealed class ReadyThread(ReadyThreads owner)
{
    private readonly ParkingPlace _place = new();
    private IThreadPoolWorkItem? _given;

    /// <summary>Starts it with its first piece of work.</summary>
    public void Start(IThreadPoolWorkItem work)
    {
        Give(work);

        // Without the context of whoever was first to need it.
        new Thread(Run) { Name = "forewave-ready", IsBackground = true }.UnsafeStart();
    }

    /// <summary>Gives work to a thread that is ready: once each time.</summary>
    public void Give(IThreadPoolWorkItem work)
    {
        Volatile.Write(ref _given, work);
        _place.Wake();
    }

    private void Run()
    {
        // As the thread pool does: what a piece of work leaves in it is not the next one's.
        ExecutionContext? clean = ExecutionContext.Capture();
        while (true)
        {
            _place.Park();
            IThreadPoolWorkItem work = Interlocked.Exchange(ref _given, null) ?? throw new UnreachableException();
            work.Execute();
            if (SynchronizationContext.Current is not null)
            {
                SynchronizationContext.SetSynchronizationContext(null);
            }

            if (clean is not null)
            {
                ExecutionContext.Restore(clean);
            }

            owner.Add(this);
        }
    }
}
