namespace Forewave.Storage.MySql.Indexes;

/// <summary>What is known of one offset for good.</summary>
/// <param name="Offset">Which.</param>
/// <param name="Time">Time of its record.</param>
/// <param name="BytesBefore">Payload bytes of all that came before it.</param>
internal readonly record struct IndexSample(long Offset, Timestamp Time, ulong BytesBefore);
