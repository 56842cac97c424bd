namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>Which promise was broken.</summary>
internal enum ViolationKind
{
    /// <summary>A message with a durable receipt is not in its queue any more.</summary>
    AcknowledgedLost,

    /// <summary>A message that was delivered is gone, or another one stands in its place.</summary>
    DeliveredVanished,

    /// <summary>A group never got a message of its queue.</summary>
    NotDelivered,

    /// <summary>A group got a message, did not settle it, and never got it again.</summary>
    LostForGroup,

    /// <summary>A message was delivered that nobody sent to this queue, or with other bytes.</summary>
    DeliveredUnknown,

    /// <summary>One sequence of a producer has two messages.</summary>
    SecondCopy,

    /// <summary>One position names two messages.</summary>
    PositionGivenTwice,

    /// <summary>One message has two offsets, or offsets are not dense.</summary>
    OffsetsBroken,

    /// <summary>Messages of one producer stand in another order than it sent them, or are first delivered out of offset order.</summary>
    OrderBroken,

    /// <summary>A message came while one before it in its ordering key was not settled.</summary>
    KeyOrderBroken,

    /// <summary>A message of a parked ordering key came before the key was resumed.</summary>
    ParkedDelivered,

    /// <summary>A scheduled message came before its time.</summary>
    DeliveredEarly,

    /// <summary>Scheduled messages stand in another order than that of their times.</summary>
    ScheduleOrderBroken,

    /// <summary>A message came although its cancel was answered.</summary>
    CancelledDelivered,

    /// <summary>Two messages with one deduplication id are stored within its window.</summary>
    IdStoredTwice,

    /// <summary>A receipt says that a message is a repeat of one that has another deduplication id or queue.</summary>
    RepeatOfAnother,

    /// <summary>A message stands among those of another priority, or came before one of a higher one.</summary>
    PriorityBroken,

    /// <summary>A message came to a group that was paused.</summary>
    PausedDelivered,

    /// <summary>A message came after it had expired.</summary>
    ExpiredDelivered,

    /// <summary>Messages expired for a group and it counts fewer, or counts more than can have.</summary>
    ExpiredMiscounted,

    /// <summary>More messages came to a group than its rate gives.</summary>
    RateExceeded,

    /// <summary>Consumers of a group had more messages at once than they may.</summary>
    TooManyLeased,

    /// <summary>A queue or group that was deleted is there.</summary>
    DeletedFound,

    /// <summary>A message that was to come again by a reset or a replay never did.</summary>
    NotRepeated,

    /// <summary>A message came after it was purged.</summary>
    PurgedDelivered,

    /// <summary>A message came again after its ack was answered.</summary>
    AckedRedelivered,

    /// <summary>A dead letter came again without a redrive.</summary>
    DeadRedelivered,

    /// <summary>A dead letter came although its redrive was taken back.</summary>
    TakenBackDelivered,

    /// <summary>What was taken back is no dead letter.</summary>
    TakenBackLost,

    /// <summary>A dead letter that was purged is there.</summary>
    DeadPurgedListed,

    /// <summary>A message was delivered twice to a group at most once.</summary>
    DeliveredTwice,

    /// <summary>A message came again without a higher attempt.</summary>
    AttemptNotRaised,

    /// <summary>A rejected message is not among the dead letters.</summary>
    DeadLetterMissing,

    /// <summary>A message is a dead letter and nobody gave a reason for it, or it has another reason, body or history.</summary>
    DeadLetterWrong,

    /// <summary>A message of a transaction came, and nobody had asked to commit that.</summary>
    UncommittedDelivered,

    /// <summary>A message came of a transaction that was rolled back, or was refused when it was to be in one.</summary>
    RolledBackDelivered,

    /// <summary>Some messages of a transaction are in their queues, and others are not.</summary>
    TransactionSplit,

    /// <summary>A transaction was committed, and none of its messages is in its queue.</summary>
    CommittedLost,

    /// <summary>A transaction is said to have fewer messages than were prepared, or to be unknown.</summary>
    PreparedLost,

    /// <summary>How a transaction ended is told otherwise than the first time, or than anybody asked for; or it goes on after its end.</summary>
    DecisionChanged,

    /// <summary>Messages stand in another order than that of the commits of their transactions.</summary>
    CommitOrderBroken,

    /// <summary>A receipt names another durability than its queue has.</summary>
    DurabilityWrong,

    /// <summary>A request was refused that had to be taken.</summary>
    WronglyRefused,

    /// <summary>The broker does not come to an end: it does not answer, or keeps messages back.</summary>
    Stuck,

    /// <summary>The broker cannot be opened again, or fails by itself.</summary>
    CannotOpen,
}
