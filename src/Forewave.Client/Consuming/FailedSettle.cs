using Forewave.Protocol;

namespace Forewave.Client.Consuming;

/// <summary>A part of a settle frame that the broker refused.</summary>
/// <param name="Run">The run's place in the frame.</param>
/// <param name="First">The first offset that failed.</param>
/// <param name="Count">How many from there.</param>
/// <param name="Error">Why.</param>
internal sealed record FailedSettle(int Run, Offset First, long Count, ForewaveException Error)
{
    /// <summary>How many messages of a waiter failed here.</summary>
    public long Overlaps(SettleWaiter waiter) => Math.Max(
        0, Math.Min(First.Value + Count, waiter.First.Value + waiter.Count) - Math.Max(First.Value, waiter.First.Value));
}
