namespace Forewave.Broker.Delivery.Replays;

/// <summary>The replay of a group as operators see it: sums of all bands of priority. Immutable.</summary>
internal sealed record ReplayDetails
{
    /// <summary>How it stands.</summary>
    public required ReplayState State { get; init; }

    /// <summary>Unix time in milliseconds when it was asked for.</summary>
    public required long StartTime { get; init; }

    /// <summary>Offsets in its range.</summary>
    public required long Total { get; init; }

    /// <summary>Messages that were handed out once more, or are held behind others of their ordering key.</summary>
    public required long Delivered { get; init; }

    /// <summary>Messages that did not come by it.</summary>
    public required long PassedOver { get; init; }

    /// <summary>Messages a second; 0: no limit.</summary>
    public required double Rate { get; init; }

    /// <summary>Offsets that it has not come to.</summary>
    public long Left => State == ReplayState.Running ? Total - Delivered - PassedOver : 0;

    /// <summary>Of the parts of a group; null: there was none.</summary>
    public static ReplayDetails? Of(IEnumerable<GroupReplay?> parts)
    {
        var replays = parts.OfType<GroupReplay>().ToArray();
        if (replays.Length == 0)
            return null;
        long start = replays.Max(static replay => replay.StartTime);
        // A band that the newest one left out has an earlier one.
        replays = [.. replays.Where(replay => replay.StartTime == start || replay.IsRunning)];
        return new ReplayDetails
        {
            State = replays.Any(static replay => replay.IsRunning) ? ReplayState.Running : replays.Max(static replay => replay.State),
            StartTime = start,
            Total = replays.Sum(static replay => replay.End - replay.First),
            Delivered = replays.Sum(static replay => replay.Delivered),
            PassedOver = replays.Sum(static replay => replay.PassedOver),
            Rate = replays[0].Rate,
        };
    }
}
