using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>
/// Which messages of a queue come to a group once more. Immutable; the <c>default</c> is all that there are. Where it names an offset,
/// it is of that offset's priority alone; two offsets have the same one.
/// </summary>
public readonly record struct ReplayRange
{
    /// <summary>Not what was published before it; not later than now. Null: from the oldest message that is still there, or <see cref="FromOffset"/>.</summary>
    public DateTimeOffset? FromTime { get; init; }

    /// <summary>The first message. Goes before <see cref="FromTime"/>.</summary>
    public Offset? FromOffset { get; init; }

    /// <summary>Only what was published before it; not later than now. Null: all that there is now, or up to <see cref="ToOffset"/>.</summary>
    public DateTimeOffset? ToTime { get; init; }

    /// <summary>The last message. Goes before <see cref="ToTime"/>.</summary>
    public Offset? ToOffset { get; init; }

    /// <summary>Messages a second, 0.001 to 1,000,000; 0, the default: as fast as the group takes them and the broker's share of reading allows. Of several partitions each gets an equal share.</summary>
    public double Rate { get; init; }
}
