namespace Forewave.Coordination;

/// <summary>What became of a versioned set, and the record after it.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Current">The record as it is now: what was set, or what stands in the way; null where that is not known or there is none.</param>
public sealed record SetResult(SetOutcome Outcome, VersionedGroup? Current);
