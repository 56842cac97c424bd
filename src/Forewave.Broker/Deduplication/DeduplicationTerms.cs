namespace Forewave.Broker.Deduplication;

/// <summary>How much deduplication may take.</summary>
internal sealed record DeduplicationTerms
{
    /// <summary>Least memory: a table has to hold the ids of one frame.</summary>
    public const long LeastBytes = 16L * 1024 * 1024;

    private const long MergeBytes = 1024 * 1024;
    private const long BytesPerTableId = 1_024 * 4 / 3;

    /// <summary>Memory of everything: tables, filters, what merges need.</summary>
    public required long MemoryBytes { get; init; }

    /// <summary>Ids in a table.</summary>
    public int TableIds { get; init; }

    /// <summary>Ids held at most, those included that have left their window and are not dropped yet.</summary>
    public long MostIds { get; init; }

    /// <summary>What filters and fences may take.</summary>
    public long SliceBytes { get; init; }

    /// <summary>Divides memory: a 32nd each for two tables, the rest for filters; 5 ids for 4 bytes.</summary>
    public static DeduplicationTerms For(BrokerOptions options)
    {
        long bytes = Math.Max(LeastBytes, options.DeduplicationMemoryBytes);
        int tableIds = options.DeduplicationTableIds ?? (int)(bytes / BytesPerTableId);
        return new DeduplicationTerms
        {
            MemoryBytes = bytes,
            TableIds = tableIds,
            MostIds = bytes / 4 * 5,
            SliceBytes = bytes - bytes / 16 - MergeBytes,
        };
    }
}
