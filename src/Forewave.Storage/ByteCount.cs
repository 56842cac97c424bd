namespace Forewave.Storage;

/// <summary>A number of bytes.</summary>
/// <param name="Value">Bytes; 0 or more.</param>
public readonly record struct ByteCount(long Value);
