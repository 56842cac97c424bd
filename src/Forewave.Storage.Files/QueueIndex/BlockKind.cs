namespace Forewave.Storage.Files.QueueIndex;

/// <summary>What a block of the index files holds. The numbers are on disk.</summary>
internal enum BlockKind : byte
{
    /// <summary>Never written.</summary>
    None = 0,

    /// <summary>Runs of a queue: first offset and location of each.</summary>
    Leaf = 1,

    /// <summary>Leaves of a queue: first offset and number of each.</summary>
    Directory = 2,
}
