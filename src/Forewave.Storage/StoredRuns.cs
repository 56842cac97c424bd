namespace Forewave.Storage;

/// <summary>Runs of one queue in offset order, read from disk; disposing gives their memory back.</summary>
public sealed class StoredRuns : IDisposable
{
    private readonly List<StoredRun> _runs;
    private IDisposable? _memory;

    /// <summary>Takes runs and the memory that they lie in.</summary>
    public StoredRuns(List<StoredRun> runs, IDisposable? memory)
    {
        _runs = runs;
        _memory = memory;
    }

    /// <summary>How many runs.</summary>
    public int Count => _runs.Count;

    /// <summary>The run at a place.</summary>
    public StoredRun this[int index] => _runs[index];

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Exchange(ref _memory, null)?.Dispose();
}
