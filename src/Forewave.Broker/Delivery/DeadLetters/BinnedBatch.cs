namespace Forewave.Broker.Delivery.DeadLetters;

/// <summary>Dead letters that one operation purged and that can still be brought back.</summary>
/// <param name="Operation">The operation's number.</param>
/// <param name="Until">Unix time in milliseconds from which on they may be gone for good.</param>
/// <param name="Places">The dead letters.</param>
internal sealed record BinnedBatch(ulong Operation, long Until, Places Places);
