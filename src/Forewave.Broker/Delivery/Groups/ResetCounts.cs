namespace Forewave.Broker.Delivery.Groups;

/// <summary>
/// What a reset means for a group's messages, counted by offsets: those that its filter would pass over are in it. Sums of all
/// bands of priority.
/// </summary>
internal readonly record struct ResetCounts
{
    /// <summary>Not settled yet, and never will come: unread, leased, waiting, held or parked before the new read offset.</summary>
    public long Skipped { get; init; }

    /// <summary>Settled already, and come again.</summary>
    public long Repeated { get; init; }

    /// <summary>Leased, waiting, held or parked, and come again as if never handed out.</summary>
    public long Restarted { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Skipped} skipped, {Repeated} repeated, {Restarted} restarted";

    /// <summary>The sum.</summary>
    public static ResetCounts operator +(ResetCounts one, ResetCounts other) => new()
    {
        Skipped = one.Skipped + other.Skipped, Repeated = one.Repeated + other.Repeated, Restarted = one.Restarted + other.Restarted,
    };
}
