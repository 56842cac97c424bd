using Forewave.Broker.Observability;

namespace Forewave.Broker.Search.Keys;

/// <summary>What the key index counts. Thread-safe.</summary>
internal sealed class KeyCounts
{
    /// <summary>Look-ups.</summary>
    public LongCounter Lookups { get; } = new();

    /// <summary>Pages that look-ups read.</summary>
    public LongCounter PagesRead { get; } = new();

    /// <summary>Entries written to slices, merges included.</summary>
    public LongCounter Written { get; } = new();

    /// <summary>Slices that were given up because they could not be read.</summary>
    public LongCounter Lost { get; } = new();
}
