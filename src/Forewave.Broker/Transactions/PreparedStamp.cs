using Forewave.Storage;

namespace Forewave.Broker.Transactions;

/// <summary>
/// What a Prepared record says in its sequence: the queue (upper 32 bits) and the number of the first message in its transaction (lower
/// 32). Its second number is the transaction, its queue the lane, its payload the run of messages.
/// </summary>
internal readonly record struct PreparedStamp
{
    /// <summary>Number of the queue that they are for.</summary>
    public required uint Queue { get; init; }

    /// <summary>Number of the first message, from 1.</summary>
    public required uint First { get; init; }

    /// <summary>The number for the record's header.</summary>
    public ulong Sequence => (ulong)Queue << 32 | First;

    /// <summary>Reads it from a record.</summary>
    public static PreparedStamp Read(in RecordHeader header) => new() { Queue = (uint)(header.Sequence >> 32), First = (uint)header.Sequence };
}
