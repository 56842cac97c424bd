namespace Forewave.Broker.Delivery.Records;

/// <summary>How leases ended, as Settled records have it. The numbers are in the log.</summary>
internal enum SettledHow : byte
{
    /// <summary>Done.</summary>
    Ack = 1,

    /// <summary>Again at the record's due time.</summary>
    Nack = 2,

    /// <summary>Again at once; the attempt does not count.</summary>
    Release = 3,

    /// <summary>Done: everything leased to the record's consumer up to the offset of its only run.</summary>
    AckUpTo = 6,

    /// <summary>At most once: settled before it leaves. Moves the read offset as a lease in order does.</summary>
    Taken = 7,

    /// <summary>The same for redriven dead letters; each run has its place in the dead letters.</summary>
    TakenRedriven = 8,
}
