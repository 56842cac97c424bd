using Forewave.Protocol;
using Forewave.Storage.MySql.Indexes;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Log;

namespace Forewave.Storage.MySql.Rows;

/// <summary>Finds records that have their offsets: in memory, else in MQ_LOG. Thread-safe but for the connection.</summary>
internal sealed class RecordSource(LogTable log, RecentBlocks recent)
{
    /// <summary>
    /// Shows the records of runs in their order, positions ascending; returns those that are in neither, which are not shown. What
    /// memory has no more costs a query for each <see cref="LogTable.MostAtOnce"/> of them.
    /// </summary>
    /// <exception cref="Connections.DatabaseException">The connection is lost.</exception>
    public IReadOnlyList<IndexedRun> VisitAll(Connection connection, IndexedRun[] runs, RunVisitor visit)
    {
        List<IndexedRun> missing = [];
        // Memory lets go of the oldest first.
        int old = 0;
        while (old < runs.Length && RecentBlocks.NumberOf(runs[old].Location) < recent.Oldest)
        {
            old++;
        }

        for (int first = 0; first < old; first += LogTable.MostAtOnce)
        {
            VisitLog(connection, new ArraySegment<IndexedRun>(runs, first, Math.Min(LogTable.MostAtOnce, old - first)), visit, missing);
        }

        foreach (IndexedRun run in runs.AsSpan(old))
        {
            if (!TryVisit(connection, run, (in RecordHeader header, ReadOnlySpan<byte> payload) => visit(run, header, payload)))
            {
                missing.Add(run);
            }
        }

        return missing;
    }

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

    private void VisitLog(Connection connection, ArraySegment<IndexedRun> runs, RunVisitor visit, List<IndexedRun> missing)
    {
        Span<LogPosition> positions = stackalloc LogPosition[LogTable.MostAtOnce];
        for (int i = 0; i < runs.Count; i++)
        {
            positions[i] = runs[i].Position;
        }

        int next = 0;
        log.ReadThese(connection, positions[..runs.Count], (in RecordHeader header, ReadOnlySpan<byte> payload) =>
        {
            for (; runs[next].Position != header.Position; next++)
            {
                missing.Add(runs[next]);
            }

            visit(runs[next++], header, payload);
        });
        missing.AddRange(runs[next..]);
    }
}
