namespace Forewave.Broker;

/// <summary>What the engine takes from its process besides store and clock.</summary>
internal sealed record EngineSurroundings
{
    /// <summary>Who runs its loops. Default: the thread pool.</summary>
    public ILoopThreads Threads { get; init; } = PoolThreads.Shared;

    /// <summary>Seed of the jitter of back-offs; null: random.</summary>
    public int? JitterSeed { get; init; }
}
