namespace Forewave.Broker.Ingest;

/// <summary>
/// Consecutive sequences of one producer that have consecutive log positions, or that were refused for the same reason.
/// 16 bytes: there may be four million of them.
/// </summary>
/// <param name="PositionBits">
/// Position of the first one; below 1,000 (no position has epoch 0): the number of the error they were refused with.
/// </param>
/// <param name="FirstLow">The first sequence, its lower 32 bits.</param>
/// <param name="Count">How many.</param>
internal readonly record struct SequenceRun(ulong PositionBits, uint FirstLow, int Count)
{
    /// <summary>Greatest count: so that differences of <see cref="FirstLow"/> stay unambiguous.</summary>
    public const int MaxCount = 1 << 30;

    private const ulong ErrorNumbers = 1_000;

    /// <summary>They were refused: <see cref="PositionBits"/> is the error's number.</summary>
    public bool IsRefused => PositionBits < ErrorNumbers;
}
