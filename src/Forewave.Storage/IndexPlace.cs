using Forewave.Protocol;

namespace Forewave.Storage;

/// <summary>Where the messages of a committed record stand in an index.</summary>
/// <param name="Index">Number of the queue (or of another index).</param>
/// <param name="First">Offset of the first message.</param>
public readonly record struct IndexPlace(uint Index, Offset First);
