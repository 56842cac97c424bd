using Forewave.Storage;

namespace Forewave.Broker.Scheduling.Pending;

/// <summary>
/// Names a lane: the index, in the store, of the scheduled messages that are due in one slice of time, or of what transactions prepared in
/// one. Stands in records where
/// the number of a queue would: <c>F</c>, kind (4 bits), slice (24 bits: slices of the kind since 1970). Queues, which count
/// from 1, do not come so far. <c>default</c> is no lane.
/// </summary>
internal readonly record struct LaneNumber
{
    private const uint Mark = 0xF000_0000;
    private const int KindShift = 24;
    private const uint SliceMask = 0x00FF_FFFF;
    private const long SecondMilliseconds = 1_000;
    private const long HourMilliseconds = 3_600 * SecondMilliseconds;
    private const long DayMilliseconds = 24 * HourMilliseconds;

    private LaneNumber(uint value) => Value = value;

    /// <summary>The number in records and in the store.</summary>
    public uint Value { get; }

    /// <summary>How long its slice is.</summary>
    public LaneKind Kind => (LaneKind)(Value >> KindShift & 0xF);

    /// <summary>When its slice begins.</summary>
    public Timestamp Start => new((Value & SliceMask) * SliceMilliseconds(Kind));

    /// <summary>When its slice is over.</summary>
    public Timestamp End => new(Start.UnixMilliseconds + SliceMilliseconds(Kind));

    /// <summary>Milliseconds of each bucket that the slice is divided into.</summary>
    public long BucketMilliseconds => Kind switch
    {
        LaneKind.Hour => SecondMilliseconds,
        LaneKind.Day => 60 * SecondMilliseconds,
        _ => 1_800 * SecondMilliseconds,
    };

    /// <summary>How many buckets there are.</summary>
    public int Buckets => (int)(SliceMilliseconds(Kind) / BucketMilliseconds);

    /// <summary>The lane of a message.</summary>
    /// <param name="due">When it is due.</param>
    /// <param name="now">When it came.</param>
    public static LaneNumber Of(Timestamp due, Timestamp now)
    {
        long ahead = due.UnixMilliseconds - now.UnixMilliseconds;
        var kind = ahead <= 2 * DayMilliseconds ? LaneKind.Hour : ahead <= 40 * DayMilliseconds ? LaneKind.Day : LaneKind.Month;
        uint slice = checked((uint)(due.UnixMilliseconds / SliceMilliseconds(kind)));
        return new LaneNumber(Mark | (uint)kind << KindShift | slice & SliceMask);
    }

    /// <summary>The lane of what is prepared now.</summary>
    public static LaneNumber OfPrepared(Timestamp now) =>
        new(Mark | (uint)LaneKind.Prepared << KindShift | checked((uint)(now.UnixMilliseconds / HourMilliseconds)) & SliceMask);

    /// <summary>Reads the number of a lane of prepared messages.</summary>
    public static bool TryReadPrepared(uint value, out LaneNumber lane)
    {
        lane = new LaneNumber(value);
        bool isLane = (value & Mark) == Mark && lane.Kind == LaneKind.Prepared;
        lane = isLane ? lane : default;
        return isLane;
    }

    /// <summary>Reads the number of a lane of scheduled messages that a record or a checkpoint holds.</summary>
    public static bool TryRead(uint value, out LaneNumber lane)
    {
        lane = new LaneNumber(value);
        bool isLane = (value & Mark) == Mark && lane.Kind is LaneKind.Hour or LaneKind.Day or LaneKind.Month;
        lane = isLane ? lane : default;
        return isLane;
    }

    private static long SliceMilliseconds(LaneKind kind) => kind switch
    {
        LaneKind.Hour or LaneKind.Prepared => HourMilliseconds,
        LaneKind.Day => DayMilliseconds,
        _ => 30 * DayMilliseconds,
    };
}
