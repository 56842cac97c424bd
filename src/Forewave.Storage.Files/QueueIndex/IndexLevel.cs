namespace Forewave.Storage.Files.QueueIndex;

/// <summary>Where the index of a queue has an offset.</summary>
internal enum IndexLevel
{
    /// <summary>Nowhere: it is expired, or yet to come.</summary>
    None,

    /// <summary>In memory, among the newest runs.</summary>
    Tail,

    /// <summary>In a leaf that memory knows.</summary>
    Leaf,

    /// <summary>In a leaf of a directory.</summary>
    Directory,
}
