namespace Forewave.Storage.Conformance;

/// <summary>A clock whose wall time the test moves; timers are real.</summary>
public sealed class MovedClock : TimeProvider
{
    private long _milliseconds = 1_800_000_000_000;

    /// <summary>The time of the next records.</summary>
    public Timestamp Now
    {
        get => new(Volatile.Read(ref _milliseconds));
        set => Volatile.Write(ref _milliseconds, value.UnixMilliseconds);
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => Now.ToDateTimeOffset();
}
