namespace Forewave.Storage.MySql.Tests.Transactions;

/// <summary>Where a <see cref="Shop"/> stands, and waits for leave to go on: before each durable step, and after the last.</summary>
internal enum ShopMoment
{
    /// <summary>The transaction is about to be begun.</summary>
    Begin,

    /// <summary>It was begun; its first messages are about to be prepared.</summary>
    Prepare,

    /// <summary>Some are prepared; the others are about to be.</summary>
    PrepareRest,

    /// <summary>All are prepared; the local transaction is about to begin.</summary>
    Local,

    /// <summary>The order is written and not committed.</summary>
    LocalCommit,

    /// <summary>The local transaction is over; the messages are about to be committed, or rolled back.</summary>
    Decide,

    /// <summary>It is over.</summary>
    Decided,
}
