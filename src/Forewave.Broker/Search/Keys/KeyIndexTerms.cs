namespace Forewave.Broker.Search.Keys;

/// <summary>Bounds of the key index.</summary>
internal sealed record KeyIndexTerms
{
    /// <summary>Entries in a table: 3 MiB.</summary>
    public int TableEntries { get; init; } = 128 * 1024;

    /// <summary>Tables that may wait to be written; more go into the backlog.</summary>
    public int SealedTables { get; init; } = 3;

    /// <summary>Memory of fences and filters.</summary>
    public long SliceMemoryBytes { get; init; } = 32L * 1024 * 1024;

    /// <summary>Keys are indexed. Off: what is published meanwhile is read when it is on again.</summary>
    public bool IsOn { get; init; } = true;
}
