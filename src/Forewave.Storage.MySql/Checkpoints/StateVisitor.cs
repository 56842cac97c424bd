namespace Forewave.Storage.MySql.Checkpoints;

/// <summary>Sees a part of a checkpoint; the state is valid during the call.</summary>
internal delegate void StateVisitor(in StatePart part, ReadOnlySpan<byte> state);
