using Forewave.Protocol;

namespace Forewave.Client.Transactions;

/// <summary>When the broker asks what became of a transaction on which its producer stays silent. Immutable.</summary>
public sealed record CheckBackTiming
{
    /// <summary>So long after the last that was heard of the transaction; 1 s to 1 h. Default: 6 s.</summary>
    public TimeSpan First { get; init; } = Limits.DefaultFirstCheck;

    /// <summary>So long after each question; 1 s to 24 h. Default: 30 s.</summary>
    public TimeSpan Interval { get; init; } = Limits.DefaultCheckInterval;

    /// <summary>So often, 1 to 1,000; then the transaction waits until somebody decides. Default: 15.</summary>
    public int Checks { get; init; } = Limits.DefaultChecks;
}
