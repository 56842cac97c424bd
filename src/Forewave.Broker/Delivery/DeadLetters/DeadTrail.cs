namespace Forewave.Broker.Delivery.DeadLetters;

/// <summary>
/// The number of the index of a queue's trail in records and in the store, where stands what was done to the dead letters of its groups:
/// <c>D</c> in the upper 4 bits, where a band of priority has its own.
/// </summary>
internal static class DeadTrail
{
    private const uint Mark = 0xD000_0000;

    /// <summary>The number for a queue.</summary>
    public static uint IndexOf(uint queue) => Mark | queue;
}
