namespace Forewave.Protocol.Frames;

/// <summary>What a broker's frame is. The numbers are the fields of ServerFrame.</summary>
public enum ServerAnswer
{
    /// <summary>Nothing that this version knows.</summary>
    None = 0,

    /// <summary>Answers the hello.</summary>
    Hello = 2,

    /// <summary>Answers OpenProducer.</summary>
    ProducerOpened = 3,

    /// <summary>Answers OpenQueue.</summary>
    QueueOpened = 4,

    /// <summary>Answers Publish: the receipts.</summary>
    Published = 5,

    /// <summary>Answers Subscribe.</summary>
    Subscribed = 6,

    /// <summary>Messages: answers Receive, or comes to credit.</summary>
    Delivery = 7,

    /// <summary>Answers Settle.</summary>
    Settled = 8,

    /// <summary>Answers Unsubscribe.</summary>
    Unsubscribed = 9,

    /// <summary>Asks for a pong.</summary>
    Ping = 10,

    /// <summary>Answers a ping.</summary>
    Pong = 11,

    /// <summary>The broker is about to close.</summary>
    GoAway = 12,

    /// <summary>The broker ended a subscription.</summary>
    SubscriptionEnded = 13,

    /// <summary>Answers Administration.</summary>
    Administration = 14,

    /// <summary>Refuses a request as a whole.</summary>
    Error = 15,

    /// <summary>Answers BeginTransaction.</summary>
    TransactionBegun = 16,

    /// <summary>Answers Decide.</summary>
    Decided = 17,

    /// <summary>Asks what became of a transaction.</summary>
    CheckBack = 18,

    /// <summary>A consumer has another role in its group.</summary>
    RoleChanged = 60,

    /// <summary>Answers GetRoutes.</summary>
    Routes = 61,
}
