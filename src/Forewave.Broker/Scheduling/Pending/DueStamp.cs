using Forewave.Storage;

namespace Forewave.Broker.Scheduling.Pending;

/// <summary>
/// What a record of scheduled messages says of them in its second number, beside the lane: whether any has keys (highest bit),
/// the queue (the 31 bits below) and the milliseconds from the beginning of the lane's slice to the due time (32 bits).
/// </summary>
/// <param name="Queue">Number of the queue they are for.</param>
/// <param name="Due">When they are due.</param>
/// <param name="Lane">Their lane.</param>
/// <param name="HasKeys">They have to be read for their keys.</param>
internal readonly record struct DueStamp(uint Queue, Timestamp Due, LaneNumber Lane, bool HasKeys)
{
    private const ulong KeysBit = 1UL << 63;
    private const uint QueueMask = 0x7FFF_FFFF;

    /// <summary>The number for the record's header.</summary>
    public ulong Extra => (HasKeys ? KeysBit : 0) | (ulong)Queue << 32 | checked((uint)(Due.UnixMilliseconds - Lane.Start.UnixMilliseconds));

    /// <summary>Makes the stamp of what arrives now.</summary>
    public static DueStamp Of(uint queue, bool hasKeys, Timestamp due, Timestamp now) => queue <= QueueMask
        ? new DueStamp(queue, due, LaneNumber.Of(due, now), hasKeys)
        : throw new ArgumentOutOfRangeException(nameof(queue));

    /// <summary>Reads it from a record of a lane.</summary>
    public static DueStamp Read(in RecordHeader header)
    {
        if (!LaneNumber.TryRead(header.Queue, out var lane))
            throw new StoreException(Protocol.ErrorCode.LogDamaged, $"record {header.Position} of type {header.Type} names lane {header.Queue:x8}, which is none");
        var due = new Timestamp(lane.Start.UnixMilliseconds + (uint)header.Extra);
        return new DueStamp((uint)(header.Extra >> 32) & QueueMask, due, lane, (header.Extra & KeysBit) != 0);
    }
}
