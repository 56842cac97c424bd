using Forewave.Storage.Files.Reclaim;

namespace Forewave.Storage.Files.GroupCommit;

/// <summary>
/// Passes what was committed to the engine's observer and says when a checkpoint is due. Runs where groups are answered, one
/// at a time; <see cref="HurryCheckpoint"/> and <see cref="CheckpointBegins"/> from any thread.
/// </summary>
internal sealed class CommitListener
{
    private readonly long _checkpointIntervalBytes;
    private ICommitObserver? _observer;
    private CarryOver? _carryOver;
    private long _bytesSinceCheckpoint;
    private int _isDue;

    public CommitListener(long checkpointIntervalBytes) => _checkpointIntervalBytes = checkpointIntervalBytes;

    /// <summary>Before the first group.</summary>
    public void Attach(ICommitObserver observer, CarryOver carryOver)
    {
        _observer = observer;
        _carryOver = carryOver;
    }

    /// <summary>Before the owners are told: the carry-over waits as one of them.</summary>
    public void NoteCarried(CommitGroup group)
    {
        if (!group.Carried.IsEmpty)
        {
            _carryOver?.Committed(group.Carried);
        }
    }

    public void Committed(CommitGroup group)
    {
        _observer?.GroupCommitted(group.Dispatchable, group.Through);
        long bytes = Interlocked.Add(ref _bytesSinceCheckpoint, group.Bytes);
        if (bytes >= _checkpointIntervalBytes)
        {
            HurryCheckpoint();
        }
    }

    public void Stopped(StoreException failure) => _observer?.Stopped(failure);

    /// <summary>Says that a checkpoint is due, unless it was said since the last one began.</summary>
    public void HurryCheckpoint()
    {
        if (Interlocked.Exchange(ref _isDue, 1) == 0)
        {
            _observer?.CheckpointDue();
        }
    }

    /// <summary>A checkpoint begins: what follows counts for the next one.</summary>
    public void CheckpointBegins()
    {
        Interlocked.Exchange(ref _bytesSinceCheckpoint, 0);
        Interlocked.Exchange(ref _isDue, 0);
    }
}
