namespace Forewave.Broker.Tests.Promises.Histories;

/// <summary>What happened, as the clients saw it.</summary>
internal enum EventKind
{
    /// <summary>The broker was started; Text says how the life before ended.</summary>
    LifeBegan,

    /// <summary>A queue is known to exist; Text is "relaxed" or "synced".</summary>
    QueueMade,

    /// <summary>A group is known to exist; Count is its greatest attempt, Text is "at-most-once" or empty.</summary>
    GroupMade,

    /// <summary>A message was sent under its sequence. Text is a digest of its bytes.</summary>
    PublishSent,

    /// <summary>The message is stored: Position and Durability are the receipt's.</summary>
    PublishAnswered,

    /// <summary>The message was refused, or its outcome is unknown: Error says.</summary>
    PublishRefused,

    /// <summary>A consumer got a message. Text is a digest of its bytes.</summary>
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

    /// <summary>The redrive is done.</summary>
    RedriveAnswered,

    /// <summary>A dead letter is listed after everything was drained. Reason and Attempts are its own.</summary>
    DeadListed,

    /// <summary>The broker says that the group has nothing more to hand out or to wait for.</summary>
    Drained,
}
