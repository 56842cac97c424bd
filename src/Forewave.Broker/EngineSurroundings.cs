namespace Forewave.Broker;

/// <summary>What the engine takes from its process besides store and clock.</summary>
internal sealed record EngineSurroundings
{
    /// <summary>Who runs its loops. Default: the thread pool.</summary>
    public ILoopThreads Threads { get; init; } = SharedThreads.Instance;

    /// <summary>The memory that is watched. Default: that of the process.</summary>
    public Load.IProcessMemory Memory { get; init; } = Load.ProcessMemory.Instance;

    /// <summary>Seed of the jitter of back-offs and of the key that deduplication ids are hashed under; null: random.</summary>
    public int? Seed { get; init; }
}
