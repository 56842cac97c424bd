namespace Forewave.Broker.Quotas;

/// <summary>
/// About how many messages a queue has that its slowest group is not done with: counted by its delivery loop some times a second while it is
/// published to, and what was taken since. Any thread.
/// </summary>
internal sealed class QueueLength
{
    private long _taken;
    private long _takenBefore;
    private long _counted;
    private int _isWanted;

    /// <summary>At this moment, but for what is under way.</summary>
    public long About => Volatile.Read(ref _counted) + Math.Max(0, Volatile.Read(ref _taken) - Volatile.Read(ref _takenBefore));

    /// <summary>Messages that were taken so far; to be given back with the next count.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>So many more were taken.</summary>
    public void Add(int messages) => Interlocked.Add(ref _taken, messages);

    /// <summary>True for the first who asks since the last count: the queue is to be counted.</summary>
    public bool TryWant() => Volatile.Read(ref _isWanted) == 0 && Interlocked.Exchange(ref _isWanted, 1) == 0;

    /// <summary>It was counted.</summary>
    /// <param name="messages">So many there were.</param>
    /// <param name="takenBefore">What <see cref="Taken"/> was before that.</param>
    public void Counted(long messages, LengthMark takenBefore)
    {
        Volatile.Write(ref _counted, messages);
        Volatile.Write(ref _takenBefore, takenBefore.Taken);
        Volatile.Write(ref _isWanted, 0);
    }
}
