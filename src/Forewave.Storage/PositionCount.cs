namespace Forewave.Storage;

/// <summary>A number of log positions.</summary>
/// <param name="Value">0 or more.</param>
public readonly record struct PositionCount(ulong Value);
