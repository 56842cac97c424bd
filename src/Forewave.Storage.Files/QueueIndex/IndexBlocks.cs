namespace Forewave.Storage.Files.QueueIndex;

/// <summary>The blocks that a queue refers to from memory.</summary>
/// <param name="Directories">Full directories.</param>
/// <param name="Leaves">Leaves that are not in a directory yet.</param>
internal readonly record struct IndexBlocks(List<BlockReference> Directories, List<BlockReference> Leaves);
