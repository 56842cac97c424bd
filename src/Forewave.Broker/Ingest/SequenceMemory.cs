namespace Forewave.Broker.Ingest;

/// <summary>The memory that the sequence runs of all producers share. Thread-safe.</summary>
internal sealed class SequenceMemory
{
    private const int RunBytes = 16;
    private readonly long _maxRuns;
    private long _runs;

    /// <summary>Bounds the memory.</summary>
    /// <param name="maxBytes">Bytes that all runs may take.</param>
    public SequenceMemory(long maxBytes) => _maxRuns = maxBytes / RunBytes;

    /// <summary>Bytes taken.</summary>
    public long Bytes => Volatile.Read(ref _runs) * RunBytes;

    /// <summary>Takes room for runs if there is some.</summary>
    public bool TryTake(int runs)
    {
        if (Interlocked.Add(ref _runs, runs) <= _maxRuns)
            return true;
        Interlocked.Add(ref _runs, -runs);
        return false;
    }

    /// <summary>Takes room that every producer has.</summary>
    public void Take(int runs) => Interlocked.Add(ref _runs, runs);

    /// <summary>Gives room back.</summary>
    public void Return(int runs) => Interlocked.Add(ref _runs, -runs);
}
