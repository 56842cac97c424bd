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
}
