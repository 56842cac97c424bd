namespace Forewave.Storage.MySql.Log;

/// <summary>Says when so much was written that a checkpoint is due. Counting runs where groups are answered; the rest is thread-safe.</summary>
/// <param name="interval">How much.</param>
internal sealed class CheckpointPace(ByteCount interval)
{
    private long _bytes;
    private int _isDue;

    /// <summary>A group was committed.</summary>
    public void Committed(ByteCount group, ICommitObserver observer)
    {
        if (Interlocked.Add(ref _bytes, group.Value) >= interval.Value && Interlocked.Exchange(ref _isDue, 1) == 0)
        {
            observer.CheckpointDue();
        }
    }

    /// <summary>A checkpoint begins: what follows counts for the next one.</summary>
    public void Begins()
    {
        Interlocked.Exchange(ref _bytes, 0);
        Interlocked.Exchange(ref _isDue, 0);
    }
}
