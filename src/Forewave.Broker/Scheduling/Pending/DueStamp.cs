using Forewave.Storage;

namespace Forewave.Broker.Scheduling.Pending;

/// <summary>
/// What a record of scheduled messages says of them in its second number, beside the lane: the queue (upper 32 bits) and the
/// milliseconds from the beginning of the lane's slice to the due time.
/// </summary>
/// <param name="Queue">Number of the queue they are for.</param>
/// <param name="Due">When they are due.</param>
/// <param name="Lane">Their lane.</param>
internal readonly record struct DueStamp(uint Queue, Timestamp Due, LaneNumber Lane)
{
    /// <summary>The number for the record's header.</summary>
    public ulong Extra => (ulong)Queue << 32 | checked((uint)(Due.UnixMilliseconds - Lane.Start.UnixMilliseconds));

    /// <summary>Makes the stamp of what arrives now.</summary>
    public static DueStamp Of(uint queue, Timestamp due, Timestamp now) => new(queue, due, LaneNumber.Of(due, now));

    /// <summary>Reads it from a record of a lane.</summary>
    public static DueStamp Read(in RecordHeader header)
    {
        if (!LaneNumber.TryRead(header.Queue, out var lane))
            throw new StoreException(Protocol.ErrorCode.LogDamaged, $"record {header.Position} of type {header.Type} names lane {header.Queue:x8}, which is none");
        return new DueStamp((uint)(header.Extra >> 32), new Timestamp(lane.Start.UnixMilliseconds + (uint)header.Extra), lane);
    }
}
