namespace Forewave.Protocol.Routes;

/// <summary>Slots side by side that one partition owns.</summary>
/// <param name="First">The first of them.</param>
/// <param name="Count">How many.</param>
/// <param name="Partition">Whose they are.</param>
public readonly record struct SlotRange(SlotNumber First, int Count, PartitionNumber Partition);
