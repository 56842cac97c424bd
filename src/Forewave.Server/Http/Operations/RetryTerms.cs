using Forewave.Client.Administration;

namespace Forewave.Server.Http.Operations;

/// <summary>What a request says of a group's retries.</summary>
internal readonly record struct RetryTerms
{
    /// <summary>The first wait, or null.</summary>
    public TimeSpan? First { get; init; }

    /// <summary>The longest, or null.</summary>
    public TimeSpan? Longest { get; init; }

    /// <summary>All of them, or null.</summary>
    public IReadOnlyList<TimeSpan>? Delays { get; init; }

    /// <summary>It says something.</summary>
    public bool IsGiven => First is not null || Longest is not null || Delays is not null;

    /// <summary>The policy that was, with what the request says.</summary>
    public GroupRetry Over(GroupRetry before) =>
        before with { FirstDelay = First ?? before.FirstDelay, MaxDelay = Longest ?? before.MaxDelay, Delays = Delays ?? before.Delays };
}
