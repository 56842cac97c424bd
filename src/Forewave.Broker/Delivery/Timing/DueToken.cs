namespace Forewave.Broker.Delivery.Timing;

/// <summary>Tells which of its deadlines a deadline's owner set: a place and how often the place was given anew.</summary>
/// <param name="Index">The place.</param>
/// <param name="Generation">Raised each time the place stands for something else.</param>
internal readonly record struct DueToken(int Index, uint Generation);
