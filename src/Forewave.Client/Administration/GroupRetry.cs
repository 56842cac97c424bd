namespace Forewave.Client.Administration;

/// <summary>How long a message waits after a nack without a delay, with jitter of up to a fifth either way. Immutable.</summary>
public sealed record GroupRetry
{
    /// <summary>After the first attempt; doubled with each further one. Default 1 s.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>At most. Default 10 min.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Where not empty these instead, one for each attempt, the last one repeated; at most 100. Default: empty.</summary>
    public IReadOnlyList<TimeSpan> Delays { get; init; } = [];
}
