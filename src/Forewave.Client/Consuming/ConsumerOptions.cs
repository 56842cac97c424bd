using Forewave.Protocol;

namespace Forewave.Client.Consuming;

/// <summary>How a <see cref="Consumer"/> works. Immutable.</summary>
public sealed record ConsumerOptions
{
    /// <summary>The consumer's name as operators see it; at most 64 bytes. Default: the client's name.</summary>
    public ConsumerName? Name { get; init; }

    /// <summary>
    /// Names the consumer through reconnects. Default: random. Two consumers must never use one id at the same time: the later
    /// one ends the earlier one's subscription.
    /// </summary>
    public ConsumerId? ConsumerId { get; init; }

    /// <summary>
    /// Which tags the group takes: <c>*</c> or <c>a,b</c>. Belongs to the group: another filter than the group's is refused
    /// (<c>GroupFilterDiffers</c>). Default: whatever the group has.
    /// </summary>
    public TagFilter? TagFilter { get; init; }

    /// <summary>Where a group that does not exist yet starts. Default: the earliest message.</summary>
    public StartAt Start { get; init; } = StartAt.Earliest;

    /// <summary>How long a message stays this consumer's without being settled. 1 s to 12 h. Default: the group's, 30 s.</summary>
    public TimeSpan? VisibilityTimeout { get; init; }

    /// <summary>
    /// At most once: each message is settled before it leaves the broker, so that none comes twice and a crash may lose what was
    /// under way; there is nothing to ack. Default false: at least once.
    /// </summary>
    public bool AtMostOnce { get; init; }

    /// <summary>
    /// Messages that may wait in memory for the application, 0 to 1,000,000. 0: none is asked for before it is wanted, each
    /// receive costs a round trip. The consumer takes less by itself when the application would not come to them within half of
    /// the visibility timeout. Default 10,000.
    /// </summary>
    public int PrefetchMessages { get; init; } = 10_000;

    /// <summary>Bytes of messages that may wait in memory, 1 KiB to 1 GiB; one message may exceed it. Default 8 MiB.</summary>
    public int PrefetchBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>
    /// How long an ack that nobody waits for may gather with others before it is sent: 0 to 1 s. Default 5 ms. Awaited acks,
    /// acks of messages with an ordering key and all other settles are sent at once, and take along what has gathered; so do 4,096
    /// messages, a flush, and closing. When the
    /// process dies, what was not sent yet is delivered again, like anything whose ack had not reached the broker.
    /// </summary>
    public TimeSpan AckDelay { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Makes a queue that does not exist. Default true.</summary>
    public bool CreateQueue { get; init; } = true;

    /// <summary>
    /// How long closing waits for the broker: for the release of what was not handed out and for the answers to what was
    /// settled. Default 10 s.
    /// </summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Hears of messages that were settled in the background and for which the broker refused that; they are logged as well.
    /// Called on the thread pool, one call at a time; should be short. What it throws is logged and ignored. Default: nobody.
    /// </summary>
    public Action<UnsettledMessages>? OnSettleFailed { get; init; }

    /// <summary>
    /// Hears what the consumer gets of its group's messages: at the start, and whenever that changes, as in a single-active group when
    /// it takes over. Called on the thread pool, one call at a time, in order; should be short. What it throws is logged and ignored.
    /// Default: nobody.
    /// </summary>
    public Action<ConsumerRole>? OnRoleChanged { get; init; }
}
