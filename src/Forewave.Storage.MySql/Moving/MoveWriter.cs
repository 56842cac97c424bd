using Forewave.Protocol;
using Forewave.Storage.MySql.Indexes;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Log;
using Forewave.Storage.MySql.Rows;

namespace Forewave.Storage.MySql.Moving;

/// <summary>The mover's transactions. For its thread; a throw leaves the transaction to the server, which takes it back.</summary>
internal sealed class MoveWriter(MoverParts parts)
{
    private static readonly TimeSpan BetweenMeasures = TimeSpan.FromMinutes(1);

    private readonly Dictionary<IndexKind, ParameterRows> _rows = [];
    private readonly MissingRuns _missing = new(parts);
    private long? _measured;
    private long _databaseBytes;
    private ulong _position;

    /// <summary>Bytes of both databases. Any thread.</summary>
    public long DatabaseBytes => Volatile.Read(ref _databaseBytes);

    /// <summary>Messages that were to be moved and are gone, since the opening. Any thread.</summary>
    public long Missing => _missing.Messages;

    /// <summary>On a new connection: waits until what another one had begun is over, and sees whether the role is still held.</summary>
    /// <exception cref="StoreException">NotOwner.</exception>
    public void TakeOver(Connection connection)
    {
        // A table that is held is left alone, it does not hold up the others.
        connection.Execute("SET SESSION lock_wait_timeout = 1, innodb_lock_wait_timeout = 2");
        connection.Begin();
        FencePlace place = parts.Fences.Look(connection, FenceRole.Mover);
        connection.Rollback();
        _position = place.Position;
        if (place.Epoch != parts.Epoch)
        {
            throw parts.Fences.Overtaken(parts.Epoch);
        }
    }

    /// <summary>Moves parts in one transaction.</summary>
    /// <param name="connection">Without a transaction.</param>
    /// <param name="taken">At least one.</param>
    /// <param name="working">Told of each index before its table is written.</param>
    public void Write(Connection connection, List<MovedPart> taken, Action<MessageIndex> working)
    {
        foreach (MovedPart part in taken)
        {
            _position = Math.Max(_position, part.Runs[^1].Position.Bits);
        }

        _missing.Forget();
        connection.Begin();
        parts.Fences.Move(connection, FenceRole.Mover, new FencePlace(parts.Epoch, _position));
        foreach (MovedPart part in taken)
        {
            working(part.Index);
            ParameterRows rows = RowsOf(connection, part);
            if (rows.Count > 0)
            {
                parts.Tables.InsertInto(part.Table, part.Shape).Execute(connection, rows);
            }

            if (part.Begun is { } day)
            {
                parts.Days.Add(connection, part.Index.Number, day, part.Runs[0].Position);
            }
        }

        connection.Commit();
        _missing.Tell();
    }

    /// <summary>Asks the server how big the databases are, not more than once a minute.</summary>
    public void Measure(Connection connection)
    {
        if (_measured is { } since && parts.Time.GetElapsedTime(since) < BetweenMeasures)
        {
            return;
        }

        _measured = parts.Time.GetTimestamp();
        var row = new ResultRow(ColumnType.Unsigned);
        using RowReader reader = connection.Prepare($"""
            SELECT CAST(COALESCE(SUM(DATA_LENGTH + INDEX_LENGTH), 0) AS UNSIGNED) FROM information_schema.TABLES
            WHERE TABLE_SCHEMA IN ('{parts.Names.Log}', '{parts.Names.Queues}')
            """).Query(null, row);
        reader.Next();
        Volatile.Write(ref _databaseBytes, (long)row.Unsigned(0));
    }

    private ParameterRows RowsOf(Connection connection, MovedPart part)
    {
        if (!_rows.TryGetValue(part.Index.Kind, out ParameterRows? rows))
        {
            _rows.Add(part.Index.Kind, rows = part.Shape.NewRows());
        }

        rows.Clear();
        long from = part.Index.MovedEnd;
        IReadOnlyList<IndexedRun> missing = parts.Records.VisitAll(
            connection, part.Runs, (in IndexedRun run, in RecordHeader header, ReadOnlySpan<byte> payload) => Add(rows, part, run, header, payload, from));
        if (missing.Count > 0)
        {
            _missing.Add(part, missing);
        }

        return rows;
    }

    private static void Add(ParameterRows rows, in MovedPart part, in IndexedRun run, in RecordHeader header, ReadOnlySpan<byte> payload, long from)
    {
        RowPlace place = new(part.Index.Number, part.Slice, run.First);
        if (!header.Type.HasRun())
        {
            part.Shape.Add(rows, place, header, 0, payload);
            return;
        }

        for (int i = 0; i < run.Count; i++)
        {
            ReadOnlySpan<byte> message = RunMessages.Take(ref payload);
            if (run.First + i >= from)
            {
                part.Shape.Add(rows, place with { Offset = run.First + i }, header, i, message);
            }
        }
    }
}
