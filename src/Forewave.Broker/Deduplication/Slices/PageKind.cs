namespace Forewave.Broker.Deduplication.Slices;

/// <summary>What a page of a slice holds. The numbers are on disk.</summary>
internal enum PageKind : byte
{
    /// <summary>No page; never written.</summary>
    None = 0,

    /// <summary>Ids, sorted by hash.</summary>
    Ids = 1,

    /// <summary>The first 32 bits of the first hash of each page of ids.</summary>
    Fences = 2,

    /// <summary>Blocks of the filter.</summary>
    Filter = 3,

    /// <summary>Keys of messages, sorted by hash and place.</summary>
    Keys = 4,
}
