namespace Forewave.Storage.Files.QueueIndex;

/// <summary>A block of a queue and the first offset under it.</summary>
/// <param name="FirstOffset">The first offset in it.</param>
/// <param name="Block">Its number.</param>
internal readonly record struct BlockReference(long FirstOffset, BlockNumber Block);
