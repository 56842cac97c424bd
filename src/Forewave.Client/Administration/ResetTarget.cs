using Forewave.Protocol;

namespace Forewave.Client.Administration;

/// <summary>Where a group begins anew. Immutable; the <c>default</c> is the earliest message.</summary>
public readonly record struct ResetTarget
{
    private ResetTarget(bool isLatest, DateTimeOffset? time, Offset? offset) => (IsLatest, Time, Offset) = (isLatest, time, offset);

    /// <summary>The oldest message that is still there.</summary>
    public static ResetTarget Earliest => default;

    /// <summary>What is published from then on.</summary>
    public static ResetTarget Latest => new(isLatest: true, null, null);

    /// <summary>It is <see cref="Latest"/>.</summary>
    public bool IsLatest { get; }

    /// <summary>The time; null where it is none.</summary>
    public DateTimeOffset? Time { get; }

    /// <summary>The offset; null where it is none.</summary>
    public Offset? Offset { get; }

    /// <summary>The first message of each priority that was not published before a time, which is not later than now.</summary>
    public static ResetTarget At(DateTimeOffset time) => new(isLatest: false, time, null);

    /// <summary>An offset of the queue, or its next one. It names a priority; what has another one stays as it is.</summary>
    public static ResetTarget At(Offset offset) => new(isLatest: false, null, offset);
}
