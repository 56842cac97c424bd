using Forewave.Client.Transactions;
using Forewave.Protocol;

namespace Forewave.Client.Producing;

/// <summary>How a <see cref="Producer"/> works. Immutable.</summary>
public sealed record ProducerOptions
{
    /// <summary>The role, shared by all instances of a program; shown with each message. At most 64 bytes. Default: the client's name.</summary>
    public ProducerName? Name { get; init; }

    /// <summary>
    /// Identifies this instance, so that a message that is sent twice is stored once. Default: random. A program may keep its
    /// own and bring it again, with <see cref="FirstSequence"/>; two instances must never use one id at the same time.
    /// </summary>
    public ProducerId? ProducerId { get; init; }

    /// <summary>
    /// The sequence of the first message under a <see cref="ProducerId"/> of one's own. Default: one above the highest that the
    /// broker knows. Of several partitions only the first one's; the others begin with the default.
    /// </summary>
    public Sequence? FirstSequence { get; init; }

    /// <summary>
    /// Bytes of messages that are not answered yet, sent or not; above it publishing waits. 64 KiB to 2 GiB, default 64 MiB. Of several
    /// partitions each has its equal part, so that one that does not answer leaves room for the others.
    /// </summary>
    public long MaxBufferedBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>
    /// How long a message may be under way, waiting for the broker included; then its outcome is what the broker refused it with,
    /// <c>Timeout</c> (never sent) or <c>OutcomeUnknown</c>. Default 30 s.
    /// </summary>
    public TimeSpan DeliveryDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Bytes of messages in one frame, about; a larger message gets a frame of its own. 4 KiB to 4 MiB, default 256 KiB.
    /// </summary>
    public int FrameBytes { get; init; } = 256 * 1024;

    /// <summary>Frames that may be unanswered at once; more messages gather meanwhile. 1 to 512, default 64.</summary>
    public int FramesInFlight { get; init; } = 64;

    /// <summary>
    /// What a receipt has to say at least: a message that is stored less durably fails with <c>DurabilityNotReached</c>, for its program to
    /// decide on; it is stored all the same, and is not published again. <see cref="Durability.SlaveReceived"/>: only with a slave in sync.
    /// <see cref="Durability.Synced"/>: not in a relaxed queue. Default: whatever its queue and its broker give.
    /// </summary>
    public Durability? RequiredDurability { get; init; }

    /// <summary>
    /// Asked what became of a transaction of this producer's name on which its instance stays silent, also of those that other instances began
    /// before they died. Answer from the business database; <see cref="TransactionOutcome.RolledBack"/> only where the local transaction cannot
    /// be committed any more. Called by up to eight threads of the pool for each partition; what takes longer than the interval of the questions, or throws, is
    /// unknown; a call that does not end with its token keeps its thread, and of such calls 32 are let run. Default: none, and no transaction can be begun.
    /// </summary>
    public Func<CheckBackQuestion, CancellationToken, ValueTask<TransactionOutcome>>? CheckBack { get; init; }

    /// <summary>When that is asked. Default: after 6 s, then every 30 s, 15 times.</summary>
    public CheckBackTiming CheckBackTiming { get; init; } = new();

    /// <summary>Makes a queue that does not exist. Default true.</summary>
    public bool CreateQueues { get; init; } = true;

    /// <summary>Which partition a message goes to that has no key. Default: one after the other. Of no use while there is one.</summary>
    public PartitionStrategy Strategy { get; init; }

    /// <summary>
    /// Of <see cref="PartitionStrategy.Weighted"/>: how often a partition has its turn, 0 to 1,000; 0: never while another one answers. A
    /// partition that is not named has 1. Default: none is named.
    /// </summary>
    public IReadOnlyDictionary<PartitionNumber, int> Weights { get; init; } = new Dictionary<PartitionNumber, int>();

    /// <summary>The partition that has every turn while it answers: the one next to the producer. Goes before the strategy.</summary>
    internal PartitionNumber? Home { get; init; }

    /// <summary>What becomes of messages without an answer. Default: they belong to their partition.</summary>
    public UnknownOutcome OnUnknown { get; init; }

    /// <summary>Decides on refused messages. Default: <see cref="DefaultPublishRetryPolicy"/>.</summary>
    public IPublishRetryPolicy RetryPolicy { get; init; } = DefaultPublishRetryPolicy.Instance;
}
