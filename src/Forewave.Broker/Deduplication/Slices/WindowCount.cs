namespace Forewave.Broker.Deduplication.Slices;

/// <summary>How many ids of a slice were taken under a window.</summary>
/// <param name="Window">How long they count.</param>
/// <param name="Ids">How many.</param>
/// <param name="Newest">When the newest of them was published.</param>
internal readonly record struct WindowCount(TimeSpan Window, int Ids, IdTime Newest)
{
    /// <summary>Whether one of them may be within its window.</summary>
    public bool IsLive(IdTime now) => Newest.IsWithin(Window, now);
}
