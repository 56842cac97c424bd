namespace Forewave.Broker.Delivery.Replays;

/// <summary>
/// The messages of a range by what they are to the group, counted by offsets: those that its filter would pass over, and those that have
/// expired, are in it. Sums of all bands of priority.
/// </summary>
internal readonly record struct ReplayCounts
{
    /// <summary>Settled: they come once more.</summary>
    public long Settled { get; init; }

    /// <summary>Not handed out, or not settled: they come anyway.</summary>
    public long Pending { get; init; }

    /// <summary>Dead letters: they have their redrive, or, purged a while ago, may be brought back.</summary>
    public long Dead { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Settled} settled, {Pending} pending, {Dead} dead";

    /// <summary>The sum.</summary>
    public static ReplayCounts operator +(ReplayCounts one, ReplayCounts other) => new()
    {
        Settled = one.Settled + other.Settled, Pending = one.Pending + other.Pending, Dead = one.Dead + other.Dead,
    };
}
