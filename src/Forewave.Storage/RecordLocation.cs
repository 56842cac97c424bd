namespace Forewave.Storage;

/// <summary>
/// Where a store keeps a record: opaque to everybody but the store that gave it (Files: segment number and byte
/// offset; MySQL: nothing, rows are found by position).
/// </summary>
/// <param name="Bits">The store's own encoding.</param>
public readonly record struct RecordLocation(ulong Bits);
