using Forewave.Protocol;

namespace Forewave.Broker.Queues;

/// <summary>What can be set for a queue.</summary>
internal sealed record QueueOptions
{
    private readonly TimeSpan _timeToLive;

    /// <summary>What a queue has unless told otherwise.</summary>
    public static QueueOptions Default { get; } = new();

    /// <summary>Publishes are answered before the sync, with durability "memory".</summary>
    public bool Relaxed { get; init; }

    /// <summary>How long a deduplication id is known after its message was published; 10 minutes by default.</summary>
    public TimeSpan DeduplicationWindow { get; init; } = Limits.DefaultDeduplicationWindow;

    /// <summary>Each delivery and settle of its messages is kept as long as the messages are.</summary>
    public bool Trace { get; init; }

    /// <summary>How long a message is kept after it was published; 30 days by default.</summary>
    public TimeSpan Retention { get; init; } = Limits.DefaultRetention;

    /// <summary>
    /// The queue is deleted when for so long nobody was subscribed to it and nothing was published to it; zero, the default: never.
    /// </summary>
    public TimeSpan DeleteWhenIdle { get; init; }

    /// <summary>
    /// How long a message that names no time of its own is delivered after it became available; zero, the default: as long as it
    /// is kept. For messages that become available from now on.
    /// </summary>
    public TimeSpan TimeToLive
    {
        get => _timeToLive;
        init
        {
            _timeToLive = value;
            LifeBits = QueueLife.BitsOf(value);
        }
    }

    /// <summary>The same as headers of records hold it.</summary>
    public ulong LifeBits { get; private init; }
}
