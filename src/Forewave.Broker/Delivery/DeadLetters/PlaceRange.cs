namespace Forewave.Broker.Delivery.DeadLetters;

/// <summary>Consecutive places in the dead letters of a group.</summary>
/// <param name="First">The first one.</param>
/// <param name="Count">How many.</param>
internal readonly record struct PlaceRange(long First, long Count)
{
    /// <summary>The place after the last one.</summary>
    public long End => First + Count;
}
