using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Delivery.Groups;

/// <summary>Where a group that does not exist yet starts. The <c>default</c> is the earliest message.</summary>
internal readonly record struct StartPoint
{
    private StartPoint(StartKind kind, long value)
    {
        Kind = kind;
        Value = value;
    }

    /// <summary>The oldest message that is still there.</summary>
    public static StartPoint Earliest => default;

    /// <summary>What is published from now on.</summary>
    public static StartPoint Latest => new(StartKind.Latest, 0);

    /// <summary>What was meant.</summary>
    public StartKind Kind { get; }

    /// <summary>Milliseconds or an offset, by <see cref="Kind"/>.</summary>
    public long Value { get; }

    /// <summary>The first message that was not published before a time.</summary>
    public static StartPoint AtTime(Timestamp time) => new(StartKind.Time, time.UnixMilliseconds);

    /// <summary>The message with an offset, or the oldest one if that is gone.</summary>
    public static StartPoint AtOffset(Offset offset) => new(StartKind.Offset, offset.Value);
}
