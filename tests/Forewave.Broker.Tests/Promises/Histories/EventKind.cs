namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>What happened, as the clients saw it.</summary>
internal enum EventKind
{
    /// <summary>The broker was started; Text says how the life before ended.</summary>
    LifeBegan,

    /// <summary>
    /// A queue is known to exist; Text is "relaxed" or "synced", Count its window for deduplication ids in seconds. One that is made anew
    /// under the name of a deleted one is another queue, with another name here.
    /// </summary>
    QueueMade,

    /// <summary>A queue is to be deleted.</summary>
    DeleteSent,

    /// <summary>It is deleted.</summary>
    DeleteAnswered,

    /// <summary>There is a queue, or a group, of that name, and nobody made it since it was deleted.</summary>
    DeletedFound,

    /// <summary>A group is to be deleted.</summary>
    GroupDeleteSent,

    /// <summary>It is deleted. One that is made anew under its name is another group, with another name here.</summary>
    GroupDeleteAnswered,

    /// <summary>A group that was to be deleted is there after all: nobody was told that it was deleted.</summary>
    GroupKept,

    /// <summary>
    /// A group is known to exist; Count is its greatest attempt, Text is "at-most-once" or empty, Policy says what a failure does to
    /// its ordering key; IsAlone says that it has one consumer, BuriesExpired what becomes of what expired.
    /// </summary>
    GroupMade,

    /// <summary>
    /// A message was sent under its sequence. Text is a digest of its bytes; OrderingKey, Priority, DeduplicationId, Due, IsRelative,
    /// Expires and IsTimeToLive are its own.
    /// </summary>
    PublishSent,

    /// <summary>The message is stored: Position and Durability are the receipt's.</summary>
    PublishAnswered,

    /// <summary>The message was refused, or its outcome is unknown: Error says.</summary>
    PublishRefused,

    /// <summary>A transaction was to be begun: Transaction is its id, Error what failed.</summary>
    TransactionBegun,

    /// <summary>
    /// A message was sent to be in a transaction: Transaction, and the fields of <see cref="PublishSent"/>. Request is the number of the first
    /// message's event of those that were sent together, 0 where it is that one itself. The same message again: it was sent again.
    /// </summary>
    PrepareSent,

    /// <summary>The message is stored in its transaction: Position and Durability are the receipt's.</summary>
    PrepareAnswered,

    /// <summary>The message was refused with all that were sent together with it, or its outcome is unknown: Error says.</summary>
    PrepareRefused,

    /// <summary>A transaction is to be committed or rolled back: Commits says which.</summary>
    DecisionSent,

    /// <summary>That was answered: Request is the number of its event, Error what failed, Count how many messages the transaction had.</summary>
    DecisionAnswered,

    /// <summary>The connection ended before the answer, with the power or without: the decision counts, or does not.</summary>
    DecisionLost,

    /// <summary>The broker asks a producer what became of a transaction.</summary>
    QuestionCame,

    /// <summary>A transaction is open, and has Count messages; Request is the number of the last event before somebody asked for the list.</summary>
    TransactionListed,

    /// <summary>A consumer asks for messages by a pull.</summary>
    PullSent,

    /// <summary>A consumer got a message. Text is a digest of its bytes; Request is the number of the pull's event, 0: by credit.</summary>
    Delivered,

    /// <summary>A consumer settles a message: Verb, Attempt, Reason.</summary>
    SettleSent,

    /// <summary>The settle of a message was answered: Request is the number of its event, Error what failed.</summary>
    SettleAnswered,

    /// <summary>From now on the leases of a connection may be released in place: it unsubscribes, or its consumer came back.</summary>
    LeasesReleased,

    /// <summary>What the group may release in place because of the last such event is released.</summary>
    ReleaseDone,

    /// <summary>A dead letter is to be redriven.</summary>
    RedriveSent,

    /// <summary>The redrive is done, or will be: an operation that goes on is durable.</summary>
    RedriveAnswered,

    /// <summary>A dead letter is to be purged.</summary>
    DeadPurgeSent,

    /// <summary>The purge of the dead letter is done.</summary>
    DeadPurgeAnswered,

    /// <summary>What was done to a dead letter is to be taken back, if it can be.</summary>
    UndoSent,

    /// <summary>It was taken back: it is a dead letter. All that was on its way to consumers before is read.</summary>
    UndoAnswered,

    /// <summary>A scheduled message is to be withdrawn.</summary>
    CancelSent,

    /// <summary>That was answered: Request is the number of its event, Error what failed.</summary>
    CancelAnswered,

    /// <summary>A scheduled message is to get another time: Due.</summary>
    RescheduleSent,

    /// <summary>That was answered: Request is the number of its event, Error what failed.</summary>
    RescheduleAnswered,

    /// <summary>A queue is to be purged.</summary>
    PurgeSent,

    /// <summary>The purge is done.</summary>
    PurgeAnswered,

    /// <summary>A parked ordering key is to go on; Verb is Reject where the message that failed is given up.</summary>
    ResumeSent,

    /// <summary>That was answered: Request is the number of its event, Error what failed.</summary>
    ResumeAnswered,

    /// <summary>A dead letter is listed after everything was drained. Reason and Attempts are its own.</summary>
    DeadListed,

    /// <summary>Somebody asked a group to begin anew at an offset.</summary>
    ResetSent,

    /// <summary>The answer to it.</summary>
    ResetAnswered,

    /// <summary>Somebody asked for a range to come to a group once more: from an offset on, so many.</summary>
    ReplaySent,

    /// <summary>The answer to it.</summary>
    ReplayAnswered,

    /// <summary>Somebody called the replay of a group off.</summary>
    ReplayCancelSent,

    /// <summary>Somebody asked to pause a group.</summary>
    PauseSent,

    /// <summary>The answer to it: the group is paused.</summary>
    PauseAnswered,

    /// <summary>Somebody asked to resume a paused group.</summary>
    UnpauseSent,

    /// <summary>A group is to get no more than Rate, Burst and MaxLeased.</summary>
    LimitSent,

    /// <summary>The limit is in force. All that was on its way to consumers before is read.</summary>
    LimitAnswered,

    /// <summary>After everything was drained: so many messages expired for a group, and were dropped.</summary>
    ExpiredCounted,

    /// <summary>The broker says that the group has nothing more to hand out or to wait for.</summary>
    Drained,
}
