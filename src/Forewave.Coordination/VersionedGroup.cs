namespace Forewave.Coordination;

/// <summary>A group's record as it was read, with the version that a set has to name.</summary>
/// <param name="Record">The record.</param>
/// <param name="Version">How often it was set since it was made.</param>
public sealed record VersionedGroup(GroupRecord Record, int Version);
