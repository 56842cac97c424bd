namespace Forewave.Storage.Files.Checkpoints;

/// <summary>Takes a part of a checkpoint; the bytes are valid during the call.</summary>
internal delegate void StatePartVisitor(in StatePart part, ReadOnlySpan<byte> state);
