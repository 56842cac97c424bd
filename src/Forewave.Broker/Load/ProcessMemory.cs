namespace Forewave.Broker.Load;

/// <summary>That of this process. Stateless.</summary>
internal sealed class ProcessMemory : IProcessMemory
{
    /// <summary>The one that is needed.</summary>
    public static ProcessMemory Instance { get; } = new();

    /// <inheritdoc/>
    public long Used => Environment.WorkingSet;

    /// <inheritdoc/>
    public long Available => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <inheritdoc/>
    public long Collect()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Used;
    }
}
