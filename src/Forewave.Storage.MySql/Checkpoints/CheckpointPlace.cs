namespace Forewave.Storage.MySql.Checkpoints;

/// <summary>Where the next row of a checkpoint goes.</summary>
/// <param name="Checkpoint">Number of the checkpoint.</param>
/// <param name="Row">Number of the row.</param>
internal readonly record struct CheckpointPlace(ulong Checkpoint, int Row);
