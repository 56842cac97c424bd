namespace Forewave.Broker.Delivery.DeadLetters;

/// <summary>Consecutive places in the dead letters of a group.</summary>
internal readonly record struct PlaceRange
{
    /// <summary>The first one.</summary>
    public required long First { get; init; }

    /// <summary>The place after the last one.</summary>
    public required long End { get; init; }

    /// <summary>How many.</summary>
    public long Count => End - First;

    /// <summary>A single place.</summary>
    public static PlaceRange One(long place) => new() { First = place, End = place + 1 };
}
