namespace Forewave.Outbox.Tests.Faults;

/// <summary>
/// Ends a program at one of its steps, before or after it: from then on each of its steps fails, nothing of it reaches the database any more.
/// Thread-safe, but for what its statements have touched.
/// </summary>
/// <param name="step">Which, from 1; past the last one: it does not end.</param>
/// <param name="isAfter">The step is done, and nobody hears of it.</param>
internal sealed class FaultPlan(int step, bool isAfter)
{
    private int _steps;
    private volatile bool _isDead;

    /// <summary>It has ended.</summary>
    public bool IsDead => _isDead;

    /// <summary>Steps so far.</summary>
    public int Steps => Volatile.Read(ref _steps);

    /// <summary>The most rows that a statement of it has touched.</summary>
    public int MostTouched { get; private set; }

    public async Task<int> TouchAsync(Func<Task<int>> statement)
    {
        int touched = await RunAsync(statement);
        MostTouched = Math.Max(MostTouched, touched);
        return touched;
    }

    public async Task<T> RunAsync<T>(Func<Task<T>> work)
    {
        if (_isDead)
        {
            throw new FaultException();
        }

        bool isIt = Interlocked.Increment(ref _steps) == step;
        if (isIt && !isAfter)
        {
            _isDead = true;
            throw new FaultException();
        }

        T result = await work();
        if (isIt)
        {
            _isDead = true;
            (result as IDisposable)?.Dispose();
            throw new FaultException();
        }

        return result;
    }
}
