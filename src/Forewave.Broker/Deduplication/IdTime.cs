namespace Forewave.Broker.Deduplication;

/// <summary>An instant on the <see cref="IdClock"/>.</summary>
/// <param name="Milliseconds">Near Unix time, but not the same: only differences mean something.</param>
internal readonly record struct IdTime(long Milliseconds) : IComparable<IdTime>
{
    /// <summary>Whether something of this time is within a window.</summary>
    public bool IsWithin(TimeSpan window, IdTime now) => now.Milliseconds - Milliseconds < (long)window.TotalMilliseconds;

    /// <inheritdoc/>
    public int CompareTo(IdTime other) => Milliseconds.CompareTo(other.Milliseconds);

    public static bool operator <(IdTime left, IdTime right) => left.Milliseconds < right.Milliseconds;

    public static bool operator >(IdTime left, IdTime right) => left.Milliseconds > right.Milliseconds;
}
