namespace Forewave.Storage.Files.QueueIndex;

/// <summary>Number of a 1 KiB block of the index files.</summary>
/// <param name="Value">From 0; 2^32 blocks are 4 TiB of index.</param>
internal readonly record struct BlockNumber(uint Value);
