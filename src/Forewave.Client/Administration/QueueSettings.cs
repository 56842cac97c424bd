namespace Forewave.Client.Administration;

/// <summary>What of a queue's options is to be set; null leaves it, or takes the default where the queue is made. Immutable.</summary>
public sealed record QueueSettings
{
    /// <summary>
    /// Answer a publish before it is synced, with the durability <c>Memory</c>; delivery waits for the sync all the same.
    /// Default false.
    /// </summary>
    public bool? Relaxed { get; init; }

    /// <summary>How long a message is kept after it was published, 1 ms to 10 years. Default 30 days.</summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>
    /// How long a message that names no time of its own is delivered after it became available, 1 ms to 10 years; zero: as long as
    /// it is kept. For messages that become available from now on. Default zero.
    /// </summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>
    /// How long a deduplication id is known after its message was published, 1 second to 7 days. A longer window counts for what
    /// is known still, a shorter one at once. Default 10 minutes.
    /// </summary>
    public TimeSpan? DeduplicationWindow { get; init; }

    /// <summary>
    /// The queue is deleted, with all that is in it, when for so long nobody was subscribed to it and nothing was published or
    /// scheduled: for queues that a program makes for itself. From 1 second; zero, the default: never.
    /// </summary>
    public TimeSpan? DeleteWhenIdle { get; init; }

    /// <summary>
    /// Keep each delivery and settle of each message until the queue's retention, for <see cref="MessageAdministration.TraceAsync"/>.
    /// Costs a second copy of the records of delivery, of about 60 to 100 bytes for each frame that is handed out or settled. Default
    /// false.
    /// </summary>
    public bool? Trace { get; init; }
}
