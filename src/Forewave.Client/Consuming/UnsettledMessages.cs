using Forewave.Protocol;

namespace Forewave.Client.Consuming;

/// <summary>Messages that were settled in the background without success.</summary>
/// <param name="First">The first one's offset.</param>
/// <param name="Count">How many there are, of consecutive offsets.</param>
/// <param name="Verb">What was said about them.</param>
/// <param name="Error">Why it was refused; <c>LeaseLost</c> where they were handed out again meanwhile.</param>
public readonly record struct UnsettledMessages(Offset First, long Count, SettleVerb Verb, ForewaveException Error)
{
    /// <summary>The partition whose offsets these are.</summary>
    public PartitionNumber Partition { get; init; }
}
