using Forewave.Protocol;

namespace Forewave.Storage;

/// <summary>Messages of a queue that lie close together.</summary>
/// <param name="First">Offset of the first one.</param>
/// <param name="End">Offset after the last one.</param>
/// <param name="MaxBytes">Bytes that they have, about: more are read by no store, at least one run by each.</param>
public readonly record struct ReadWindow(Offset First, Offset End, int MaxBytes);
