using Forewave.Protocol;

namespace Forewave.Storage;

/// <summary>Bounds of a queue's index.</summary>
/// <param name="FirstRetained">The oldest offset that is still there.</param>
/// <param name="End">The offset that the next message will get.</param>
/// <param name="Bytes">Payload bytes of what is there, about.</param>
/// <param name="OldestTime">Publish time of the oldest message; that of the opening when empty.</param>
public readonly record struct QueueExtent(Offset FirstRetained, Offset End, ulong Bytes, Timestamp OldestTime);
