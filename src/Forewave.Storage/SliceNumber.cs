namespace Forewave.Storage;

/// <summary>Names a slice: given by the engine, never twice.</summary>
/// <param name="Value">1 or more.</param>
public readonly record struct SliceNumber(ulong Value);
