namespace Forewave.Outbox.Relaying;

/// <summary>Rows that were claimed in one transaction: they have partitions and sequences, in the order of <see cref="Rows"/>.</summary>
/// <param name="number">As the rows have it.</param>
/// <param name="rows">By partition and sequence.</param>
internal sealed class Claim(long number, IReadOnlyList<ClaimedRow> rows)
{
    public long Number => number;

    public IReadOnlyList<ClaimedRow> Rows => rows;

    /// <summary>Nobody can have published any of it: this relay claimed it and has not begun to send it.</summary>
    public bool IsFresh { get; set; }
}
