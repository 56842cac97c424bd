namespace Forewave.Cli.Bench;

/// <summary>What is in flight, by places that are used again. Thread-safe by a lock.</summary>
internal sealed class SentTable
{
    private readonly Lock _gate = new();
    private readonly (long Sequence, BenchInstant SentAt)[] _places;
    private readonly int[] _free;
    private int _freeCount;

    /// <param name="capacity">Messages in flight at most.</param>
    public SentTable(int capacity)
    {
        _places = new (long, BenchInstant)[capacity];
        _free = [.. Enumerable.Range(0, capacity)];
        _freeCount = capacity;
    }

    /// <summary>Keeps a message; gives its place.</summary>
    public long Add(long sequence, BenchInstant sentAt)
    {
        lock (_gate)
        {
            int place = _free[--_freeCount];
            _places[place] = (sequence, sentAt);
            return place;
        }
    }

    /// <summary>Gives a message back, and frees its place.</summary>
    public (long Sequence, BenchInstant SentAt) Remove(long place)
    {
        lock (_gate)
        {
            _free[_freeCount++] = (int)place;
            return _places[place];
        }
    }
}
