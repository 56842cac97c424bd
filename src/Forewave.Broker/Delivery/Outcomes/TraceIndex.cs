namespace Forewave.Broker.Delivery.Outcomes;

/// <summary>
/// The number of the index of a queue's trace in records and in the store: <c>E</c> in the upper 4 bits, where a band of priority
/// has its own and a lane <c>F</c>.
/// </summary>
internal static class TraceIndex
{
    private const uint Mark = 0xE000_0000;

    /// <summary>The number for a queue.</summary>
    public static uint Of(uint queue) => Mark | queue;
}
