namespace Forewave.Broker.Delivery.Records;

/// <summary>What a Leased record says of its runs besides the lease. The numbers are in the log.</summary>
internal enum LeaseKind : byte
{
    /// <summary>
    /// First deliveries in offset order, and messages handed out again. A run that begins past the read offset says that what
    /// lies between was passed over: filtered or unreadable.
    /// </summary>
    InOrder = 0,

    /// <summary>Leases that an earlier epoch gave and did not record: the read offset stays.</summary>
    Adopted = 1,

    /// <summary>Redriven dead letters; each run has its place in the dead letters.</summary>
    Redriven = 2,

    /// <summary>Settled messages that come once more: the read offset stays.</summary>
    Replayed = 3,
}
