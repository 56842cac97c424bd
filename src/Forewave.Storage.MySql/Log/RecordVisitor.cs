namespace Forewave.Storage.MySql.Log;

/// <summary>Sees a record of the log; the payload is valid during the call.</summary>
internal delegate void RecordVisitor(in RecordHeader header, ReadOnlySpan<byte> payload);
