using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>What of a group's options is to be set; null leaves it, or takes the default where the group is made. Immutable.</summary>
public sealed record GroupSettings
{
    /// <summary>Which tags it takes, for messages that were not handed out yet. Default <c>*</c>.</summary>
    public TagFilter? TagFilter { get; init; }

    /// <summary>How long a message is one consumer's, for consumers that subscribe from now on; up to 12 h. Default 30 s.</summary>
    public TimeSpan? VisibilityTimeout { get; init; }

    /// <summary>Deliveries of one message before it is a dead letter, 1 to 1,000. Default 16.</summary>
    public int? MaxAttempts { get; init; }

    /// <summary>How long a message waits after a nack without a delay. Default: 1 s, doubled up to 10 min.</summary>
    public GroupRetry? Retry { get; init; }

    /// <summary>What a message that fails does to its ordering key. Default: hold.</summary>
    public FailurePolicy? OnFailure { get; init; }

    /// <summary>
    /// Nothing is handed out until it is false again; consumers stay subscribed, leases run on, settling goes on. Default: false.
    /// </summary>
    public bool? Paused { get; init; }

    /// <summary>
    /// Deliveries a second, first ones and redeliveries, 0.001 to 1,000,000; 0: no limit, the default. In no span of time come
    /// more than <see cref="Burst"/> and what the rate gives in it.
    /// </summary>
    public double? Rate { get; init; }

    /// <summary>
    /// Messages at once after a pause, up to 1,000,000; 0, the default: what the rate gives in a tenth of a second, 1 at least.
    /// </summary>
    public int? Burst { get; init; }

    /// <summary>Messages that all consumers together have at once, up to 1,000,000; 0: no limit, the default.</summary>
    public int? MaxLeased { get; init; }

    /// <summary>
    /// One consumer gets everything, the one that subscribed first; when it goes the next one takes over, as soon as the leases
    /// of others are settled or ended. Default: false.
    /// </summary>
    public bool? SingleActive { get; init; }

    /// <summary>What becomes of a message that expired. Default: it is dropped.</summary>
    public ExpiredPolicy? OnExpired { get; init; }
}
