using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.Pacing;
using Forewave.Protocol;

namespace Forewave.Broker.Delivery.Groups;

/// <summary>What can be set for a group. Immutable.</summary>
internal sealed record GroupOptions
{
    /// <summary>What a group has unless told otherwise.</summary>
    public static GroupOptions Default { get; } = new();

    /// <summary>The messages that the group gets; the others are settled unseen. Default: all.</summary>
    public TagFilter Filter { get; init; } = TagFilter.All;

    /// <summary>How long a lease lasts where the consumer names nothing else. Default: 30 s.</summary>
    public TimeSpan VisibilityTimeout { get; init; } = Limits.DefaultVisibilityTimeout;

    /// <summary>Deliveries of one message before it is a dead letter, 1 to 1,000. Default: 16.</summary>
    public int MaxAttempts { get; init; } = Limits.DefaultMaxAttempts;

    /// <summary>When a message comes again after a nack without a delay.</summary>
    public RetryPolicy Retry { get; init; } = RetryPolicy.Default;

    /// <summary>What a message that fails does to its ordering key. Default: hold.</summary>
    public FailurePolicy OnFailure { get; init; } = FailurePolicy.Hold;

    /// <summary>Somebody paused it: nothing is handed out until somebody resumes it. Default: no.</summary>
    public bool IsPaused { get; init; }

    /// <summary>How much of its messages it may get. Default: no limit.</summary>
    public DeliveryLimit Limit { get; init; }

    /// <summary>One of its consumers gets everything; the next one takes over when that is gone. Default: no.</summary>
    public bool SingleActive { get; init; }

    /// <summary>What becomes of a message that expired. Default: it is dropped, and counted.</summary>
    public ExpiredPolicy OnExpired { get; init; } = ExpiredPolicy.Drop;

    /// <summary>When a message that failed gets no other attempt.</summary>
    public FailureTerms Failure => new() { MaxAttempts = MaxAttempts, SkipsKeyed = OnFailure == FailurePolicy.Skip };
}
