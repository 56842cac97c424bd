namespace Forewave.Client.Consuming;

/// <summary>What the partitions of one consumer share: its lock, and who waits for a message from whichever of them.</summary>
internal sealed class Arrivals
{
    /// <summary>The consumer's lock; it guards all here.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Those who wait.</summary>
    public Waiters Waiters { get; } = new();

    /// <summary>Runs of all partitions with messages that wait.</summary>
    public int Runs { get; set; }
}
