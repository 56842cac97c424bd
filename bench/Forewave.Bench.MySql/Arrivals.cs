using System.Diagnostics;

namespace Forewave.Bench.MySql;

/// <summary>
/// How many messages a transaction finds: a full group each time, or with a rate all that came while the one before was committed (group
/// commit). Begins when it is made. For one thread.
/// </summary>
internal sealed class Arrivals(BenchOptions options)
{
    private readonly long _begin = Stopwatch.GetTimestamp();
    private long _from;
    private int _taken;
    private int _answered;

    /// <summary>Of each transaction; with a rate of each message, from when it was due.</summary>
    public List<TimeSpan> Latencies { get; } = [];

    /// <summary>Messages for the next transaction; 0: there are no more. Waits until one is due.</summary>
    public int Take()
    {
        int left = options.Messages - _taken;
        int count = Math.Min(left, options.Group);
        if (options.Rate > 0 && left > 0)
        {
            int due;
            while ((due = (int)Math.Min(options.Messages, Stopwatch.GetElapsedTime(_begin).TotalSeconds * options.Rate) - _taken) <= 0)
            {
                Thread.Yield();
            }

            count = Math.Min(count, due);
        }

        _from = Stopwatch.GetTimestamp();
        _taken += count;
        return count;
    }

    /// <summary>What was taken is committed.</summary>
    public void Answer()
    {
        if (options.Rate == 0)
        {
            Latencies.Add(Stopwatch.GetElapsedTime(_from));
            return;
        }

        TimeSpan now = Stopwatch.GetElapsedTime(_begin);
        for (; _answered < _taken; _answered++)
        {
            Latencies.Add(now - TimeSpan.FromSeconds((_answered + 1.0) / options.Rate));
        }
    }
}
