namespace Forewave.Server.Diagnosis;

/// <summary>How long writes of 4 KiB with an fdatasync took.</summary>
internal sealed record SyncTimes
{
    /// <summary>The writes.</summary>
    public required int Count { get; init; }

    /// <summary>Half of them were faster.</summary>
    public required TimeSpan Median { get; init; }

    /// <summary>All but one of a hundred were faster.</summary>
    public required TimeSpan P99 { get; init; }

    /// <summary>The slowest.</summary>
    public required TimeSpan Slowest { get; init; }

    /// <summary>Of measured times, in any order, one at least.</summary>
    public static SyncTimes Of(IEnumerable<TimeSpan> times)
    {
        TimeSpan[] sorted = [.. times.Order()];
        return new SyncTimes { Count = sorted.Length, Median = sorted[sorted.Length / 2], P99 = sorted[sorted.Length * 99 / 100], Slowest = sorted[^1] };
    }
}
