namespace Forewave.Broker.Delivery.Records;

/// <summary>Why a cursor was moved otherwise than by delivering. The numbers are in the log.</summary>
internal enum MoveReason : byte
{
    /// <summary>The group's filter passed messages over.</summary>
    Filtered = 1,

    /// <summary>Retention took messages.</summary>
    Expired = 2,

    /// <summary>The queue was purged.</summary>
    Purged = 3,

    /// <summary>The bytes of messages rotted.</summary>
    Damaged = 4,
}
