using Forewave.Broker.Observability;

namespace Forewave.Broker.Deduplication;

/// <summary>What deduplication counts. Thread-safe.</summary>
internal sealed class DeduplicationCounts
{
    /// <summary>Messages that were not stored because their id was known.</summary>
    public LongCounter Repeats { get; } = new();

    /// <summary>Look-ups that memory could not answer.</summary>
    public LongCounter LookedUp { get; } = new();

    /// <summary>Pages that they read.</summary>
    public LongCounter PagesRead { get; } = new();

    /// <summary>Ids written to slices, merges included.</summary>
    public LongCounter Written { get; } = new();

    /// <summary>Slices that were found damaged.</summary>
    public LongCounter Damaged { get; } = new();
}
