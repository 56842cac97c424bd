using Forewave.Storage.MySql.Indexes;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Log;

namespace Forewave.Storage.MySql.Rows;

/// <summary>Finds records that have their offsets: in memory, else in MQ_LOG. Thread-safe but for the connection.</summary>
internal sealed class RecordSource(LogTable log, RecentBlocks recent)
{
    /// <summary>Shows a record. False: it is in neither.</summary>
    /// <exception cref="Connections.DatabaseException">The connection is lost.</exception>
    public bool TryVisit(Connection connection, in IndexedRun run, RecordVisitor visit)
    {
        if (!recent.TryPin(run.Location, out RecentBlock block, out int at))
        {
            return log.TryReadOne(connection, run.Position, visit);
        }

        try
        {
            ReadOnlyMemory<byte> payload = block.Read(at, out RecordHeader header);
            visit(header, payload.Span);
            return true;
        }
        finally
        {
            block.Release();
        }
    }
}
