using Forewave.Storage.MySql.Indexes;

namespace Forewave.Storage.MySql.Rows;

/// <summary>Sees the record of a run; the payload is valid during the call.</summary>
internal delegate void RunVisitor(in IndexedRun run, in RecordHeader header, ReadOnlySpan<byte> payload);
