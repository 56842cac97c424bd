using Forewave.Protocol;

namespace Forewave.Storage.Files.QueueIndex;

/// <summary>What a checkpoint left to the index files of a queue: the runs before its tail.</summary>
/// <param name="Queue">The queue.</param>
/// <param name="FirstRetained">The oldest offset that is needed.</param>
/// <param name="Tail">The first run after the gap.</param>
internal readonly record struct IndexGap(uint Queue, Offset FirstRetained, IndexEntry Tail);
