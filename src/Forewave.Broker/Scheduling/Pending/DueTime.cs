using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Scheduling.Pending;

/// <summary>The order in which scheduled messages come out: by due time, then as they were scheduled.</summary>
/// <param name="Due">When it is due.</param>
/// <param name="Position">Log position of the record that scheduled it.</param>
internal readonly record struct DueTime(Timestamp Due, LogPosition Position) : IComparable<DueTime>
{
    /// <inheritdoc/>
    public int CompareTo(DueTime other)
    {
        int byDue = Due.CompareTo(other.Due);
        return byDue != 0 ? byDue : Position.CompareTo(other.Position);
    }
}
