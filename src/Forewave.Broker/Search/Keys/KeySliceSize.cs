using Forewave.Broker.Deduplication.Slices;
using Forewave.Storage;

namespace Forewave.Broker.Search.Keys;

/// <summary>How large a slice is: what a checkpoint says of it.</summary>
internal readonly record struct KeySliceSize
{
    /// <summary>Its number.</summary>
    public required SliceNumber Number { get; init; }

    /// <summary>Entries.</summary>
    public required long Count { get; init; }

    /// <summary>Blocks of the full filter.</summary>
    public required long FilterBlocks { get; init; }

    /// <summary>Pages of entries.</summary>
    public int EntryPages => (int)((Count + KeyPage.Entries - 1) / KeyPage.Entries);

    /// <summary>Pages of fences.</summary>
    public int FencePages => (EntryPages + IdPage.Fences - 1) / IdPage.Fences;

    /// <summary>The first page of the filter.</summary>
    public int FirstFilterPage => EntryPages + FencePages;

    /// <summary>Pages of the filter.</summary>
    public int FilterPages => (int)((FilterBlocks + IdPage.Blocks - 1) / IdPage.Blocks);
}
