using Forewave.Protocol;

namespace Forewave.Storage.Files.Backups;

/// <summary>Up to where records count: those that end at a position or before it, written at a time or before it.</summary>
/// <param name="Position">The last position.</param>
/// <param name="Time">The last time.</param>
internal readonly record struct RecordLimit(LogPosition Position, Timestamp Time)
{
    /// <summary>All of them.</summary>
    public static RecordLimit None => new(LogPosition.FromBits(ulong.MaxValue), new Timestamp(long.MaxValue));

    /// <summary>Those up to a position.</summary>
    public static RecordLimit At(LogPosition position) => None with { Position = position };
}
