namespace Forewave.Storage;

/// <summary>What a recovery found.</summary>
/// <param name="Records">Records read after the checkpoint.</param>
/// <param name="Bytes">Bytes of them, rewritten.</param>
/// <param name="DamagedPositions">Positions inside synced groups that could not be read.</param>
/// <param name="Duration">How long it took.</param>
public readonly record struct RecoveryReport(ulong Records, ByteCount Bytes, PositionCount DamagedPositions, TimeSpan Duration)
{
    /// <summary>What was wrong with the last checkpoint, so that the one before it was used; null when nothing was. Nothing is lost by it.</summary>
    public string? DamagedCheckpoint { get; init; }
}
