using Forewave.Broker.Delivery.Groups;
using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Administration;

/// <summary>What of a group's options is to be another; null: stays.</summary>
internal sealed record GroupChange
{
    /// <summary>The tag filter, for what was not handed out yet.</summary>
    public TagFilter? Filter { get; init; }

    /// <summary>Length of leases, for consumers that subscribe from now on.</summary>
    public TimeSpan? VisibilityTimeout { get; init; }

    /// <summary>Deliveries of one message before it is a dead letter; 1 to 1,000.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>Back-off after nacks.</summary>
    public RetryPolicy? Retry { get; init; }

    /// <summary>What a failing message does to its ordering key.</summary>
    public FailurePolicy? OnFailure { get; init; }

    /// <summary>Pauses it or resumes it.</summary>
    public bool? IsPaused { get; init; }

    /// <summary>Messages a second; 0: no limit.</summary>
    public double? Rate { get; init; }

    /// <summary>Messages at once after a pause; 0: as the rate says.</summary>
    public int? Burst { get; init; }

    /// <summary>Messages that consumers have at once; 0: no limit.</summary>
    public int? MaxLeased { get; init; }

    /// <summary>One of its consumers gets everything.</summary>
    public bool? SingleActive { get; init; }

    /// <summary>What becomes of a message that expired.</summary>
    public ExpiredPolicy? OnExpired { get; init; }

    /// <summary>Makes the group if there is none.</summary>
    public bool Create { get; init; }

    /// <summary>Where it starts if it is made.</summary>
    public StartPoint Start { get; init; }

    /// <summary>The options with this change.</summary>
    public GroupOptions ApplyTo(GroupOptions options) => options with
    {
        Filter = Filter ?? options.Filter,
        VisibilityTimeout = VisibilityTimeout ?? options.VisibilityTimeout,
        MaxAttempts = MaxAttempts ?? options.MaxAttempts,
        Retry = Retry ?? options.Retry,
        OnFailure = OnFailure ?? options.OnFailure,
        IsPaused = IsPaused ?? options.IsPaused,
        Limit = options.Limit with
        {
            Rate = Rate ?? options.Limit.Rate, Burst = Burst ?? options.Limit.Burst, MaxLeased = MaxLeased ?? options.Limit.MaxLeased,
        },
        SingleActive = SingleActive ?? options.SingleActive,
        OnExpired = OnExpired ?? options.OnExpired,
    };
}
