namespace Forewave.Broker.Delivery.Cursors;

/// <summary>Consecutive messages that can be handed out again under one attempt.</summary>
/// <param name="First">Offset of the first.</param>
/// <param name="Count">How many.</param>
/// <param name="Attempt">The attempt that they get.</param>
internal readonly record struct ReadyRun(long First, int Count, uint Attempt);
