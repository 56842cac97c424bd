using Forewave.Storage.Files.Pumps;

namespace Forewave.Storage.Files.Tests.Engine;

/// <summary>Runs the store's loops on the test's own thread, in the order in which they were started: every run is the same.</summary>
internal sealed class SteppedPumps : IPumps
{
    private readonly List<SteppedPump> _pumps = [];

    public IPump Start(string name, Func<bool> step)
    {
        SteppedPump pump = new(this, name, step);
        lock (_pumps)
        {
            _pumps.Add(pump);
        }

        return pump;
    }

    public Task<T> RunAsync<T>(Func<T> work) => Task.FromResult(work());

    /// <summary>Steps every loop until none finds work.</summary>
    public void RunUntilIdle()
    {
        while (Snapshot().Any(pump => pump.Step()))
        {
        }
    }

    /// <summary>Steps one loop once; false: it found no work.</summary>
    public bool Step(string name) => Snapshot().Single(pump => pump.Name == name).Step();

    /// <summary>
    /// Runs work to its end: steps the loops, and runs the work's continuations on this thread too.
    /// </summary>
    public void RunToEnd(Func<Task> work)
    {
        SynchronizationContext? before = SynchronizationContext.Current;
        StepContext context = new();
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            Task task = work();
            while (!task.IsCompleted)
            {
                if (!context.RunPosted() && !Snapshot().Any(pump => pump.Step()))
                {
                    Thread.Yield();
                }
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private sealed class StepContext : SynchronizationContext
    {
        private readonly System.Collections.Concurrent.ConcurrentQueue<(SendOrPostCallback Callback, object? State)> _posted = new();

        public override void Post(SendOrPostCallback d, object? state) => _posted.Enqueue((d, state));

        public bool RunPosted()
        {
            bool hasRun = _posted.TryDequeue(out (SendOrPostCallback Callback, object? State) posted);
            if (hasRun)
            {
                posted.Callback(posted.State);
            }

            return hasRun;
        }
    }

    private SteppedPump[] Snapshot()
    {
        lock (_pumps)
        {
            return [.. _pumps];
        }
    }

    private void Remove(SteppedPump pump)
    {
        lock (_pumps)
        {
            _pumps.Remove(pump);
        }
    }

    private sealed class SteppedPump(SteppedPumps owner, string name, Func<bool> step) : IPump
    {
        public string Name => name;

        public bool Step() => step();

        public void Signal()
        {
            // The test decides when the loop runs.
        }

        public void Dispose()
        {
            while (step())
            {
            }

            owner.Remove(this);
        }
    }
}
