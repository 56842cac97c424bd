namespace Forewave.Broker.Scheduling.Pending;

/// <summary>What a lane is for, and how long its slice of time is. The numbers are on disk, in the lane's number.</summary>
internal enum LaneKind : byte
{
    /// <summary>No lane.</summary>
    None = 0,

    /// <summary>An hour: for what is due within two days.</summary>
    Hour = 1,

    /// <summary>A day: for what is due within 40 days.</summary>
    Day = 2,

    /// <summary>Thirty days: for the rest.</summary>
    Month = 3,

    /// <summary>An hour, of what was prepared in it: messages of transactions that are not decided.</summary>
    Prepared = 4,
}
