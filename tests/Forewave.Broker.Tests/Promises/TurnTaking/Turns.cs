using System.Diagnostics;

namespace Forewave.Broker.Tests.Promises.TurnTaking;

/// <summary>
/// One thread that runs everything of a scenario, one turn after the other: continuations, loops, pumps. Which of those that wait
/// goes next is drawn from the seed, so that a seed meets the same interleaving again. What the runtime itself hands to its thread
/// pool is waited for before the next turn is given; turns that are queued from there line up in the order of their names.
/// </summary>
internal sealed class Turns
{
    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ShortSilence = TimeSpan.FromSeconds(2);

    private readonly object _gate = new();
    private readonly PriorityQueue<(string Name, Action Turn), (long Time, long Number)> _waiting = new();
    private readonly List<(string Name, Action Turn)> _foreign = [];
    private readonly List<Func<TimeoutException, bool>> _expectations = [];
    private readonly PoolQuiet _pool = new();
    private readonly Random _random;
    private readonly int _spread;
    private readonly int _rareSpread;
    private long _number;
    private volatile string _name = "";

    /// <summary>Makes a scheduler that has nothing to do.</summary>
    public Turns(int seed)
    {
        _random = new Random(seed);
        // In some runs nearly first come, first served; in others some turns have to wait for very long.
        _spread = _random.Next(4) switch { 0 => 1, 1 => 4, _ => 24 };
        _rareSpread = _random.Next(3) switch { 0 => 1, 1 => 100, _ => 2_000 };
        Context = new TurnContext(this);
    }

    /// <summary>For awaits.</summary>
    public TurnContext Context { get; }

    /// <summary>Turns given so far; the same number in every run of a seed.</summary>
    public long Given { get; private set; }

    /// <summary>Has a turn given some time. Any thread.</summary>
    /// <param name="turn">What to do in it.</param>
    /// <param name="name">The same in every run of a seed.</param>
    public void Queue(Action turn, string name)
    {
        lock (_gate)
        {
            if (Thread.CurrentThread.IsThreadPoolThread)
                _foreign.Add((name, turn));
            else
                LineUp(turn, name);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Heads or tails, from the seed.</summary>
    public bool Toss()
    {
        lock (_gate)
            return _random.Next(2) == 0;
    }

    /// <summary>Runs work to its end on a thread of its own.</summary>
    /// <exception cref="TimeoutException">A turn does not end.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() => Run(work, done)) { IsBackground = true, Name = "turns" };
        thread.Start();
        try
        {
            return await done.Task.WaitAsync(LongestRun, TimeProvider.System);
        }
        catch (TimeoutException slow)
        {
            throw new TimeoutException($"turn {Given} does not end: {_name}", slow);
        }
    }

    /// <summary>Something that has to come: where nothing is left to do and it has not come, it fails.</summary>
    /// <exception cref="TimeoutException">From the task: it cannot come any more.</exception>
    public TaskCompletionSource<T> Expect<T>()
    {
        var expected = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _expectations.Add(silence => expected.TrySetException(silence));
        return expected;
    }

    /// <summary>Waits for a task that has to end.</summary>
    /// <exception cref="TimeoutException">It cannot end any more.</exception>
    public async Task ExpectAsync(Task task)
    {
        var expected = Expect<bool>();
        _ = ForwardAsync(task, expected);
        await expected.Task;
    }

    private static async Task ForwardAsync(Task task, TaskCompletionSource<bool> expected)
    {
        try
        {
            await task;
            expected.TrySetResult(true);
        }
        catch (Exception failure)
        {
            expected.TrySetException(failure);
        }
    }

#pragma warning disable VSTHRD002 // The task has completed.
    private void Run<T>(Func<Task<T>> work, TaskCompletionSource<T> done)
    {
        SynchronizationContext.SetSynchronizationContext(Context);
        _pool.Learn();
        try
        {
            var task = work();
            while (!task.IsCompleted)
                GiveTurn();
            done.SetResult(task.GetAwaiter().GetResult());
        }
        catch (Exception failure)
        {
            done.SetException(failure);
        }
    }
#pragma warning restore VSTHRD002

    private void GiveTurn()
    {
        _pool.Settle();
        if (TryTake(out var turn))
            turn();
        else if (!HasSomethingComing())
            Silence();
    }

    private bool TryTake(out Action turn)
    {
        lock (_gate)
        {
            foreach (var (name, foreign) in _foreign.OrderBy(foreign => foreign.Name, StringComparer.Ordinal))
                LineUp(foreign, name);
            _foreign.Clear();
            bool any = _waiting.TryDequeue(out var next, out _);
            (_name, turn) = next;
            if (!any)
                return false;
            Given++;
            return true;
        }
    }

    private void LineUp(Action turn, string name)
    {
        int delay = _random.Next(_random.Next(16) == 0 ? _rareSpread : _spread);
        _waiting.Enqueue((name, turn), (Given + delay, ++_number));
    }

    /// <summary>Nothing waits: something may be under way on the thread pool.</summary>
    private bool HasSomethingComing()
    {
        long start = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            while (_foreign.Count == 0)
            {
                bool came = Monitor.Wait(_gate, ShortSilence);
                if (!came && (_pool.IsQuiet || Stopwatch.GetElapsedTime(start) > LongestSilence))
                    return false;
            }
        }
        return true;
    }

    private void Silence()
    {
        var silence = new TimeoutException($"after {Given} turns nothing is left to do");
        var all = _expectations.ToArray();
        _expectations.Clear();
        if (all.Count(fail => fail(silence)) == 0)
            throw silence;
    }
}
