using Forewave.Protocol;
using Forewave.Storage.MySql.Indexes;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Log;
using Forewave.Storage.MySql.Rows;

namespace Forewave.Storage.MySql.Moving;

/// <summary>Transactions of one connection of the mover. For one thread at a time; a throw leaves the transaction to the server, which takes it back.</summary>
internal sealed class MoveWorker(MoverParts parts)
{
    // An insert for each queue's table: prepared once for each of them up to the queues that there may be by default.
    private const int KeptStatements = 1_100;

    // A table that is held is left alone, it does not hold up the others. 24 days, which every server takes: between two bursts it hangs up on nobody.
    private const string SessionSettings = "SET SESSION lock_wait_timeout = 1, innodb_lock_wait_timeout = 2, wait_timeout = 2147483";

    private readonly Dictionary<IndexKind, ParameterRows> _rows = [];
    private readonly MissingRuns _missing = new(parts);
    private Connection? _connection;

    /// <summary>Messages that were to be moved and are gone, since the opening. Any thread.</summary>
    public long Missing => _missing.Messages;

    /// <summary>Whose table is written, or was when the transaction failed; null: it was not any table's turn.</summary>
    public MessageIndex? Current { get; private set; }

    /// <summary>Makes a new connection one of the mover's; for an old one nothing.</summary>
    /// <exception cref="Connections.DatabaseException">The connection is lost.</exception>
    public void Use(Connection connection)
    {
        Current = null;
        if (!ReferenceEquals(connection, _connection))
        {
            connection.KeptStatements = KeptStatements;
            connection.Execute(SessionSettings);
            _connection = connection;
        }
    }

    /// <summary>Moves parts in one transaction.</summary>
    /// <param name="connection">Without a transaction; one of the mover's.</param>
    /// <param name="taken">If it is nothing, nothing is done.</param>
    /// <param name="fence">The transaction's first statement.</param>
    /// <exception cref="StoreException">NotOwner.</exception>
    /// <exception cref="Connections.DatabaseException">The server refused, or the connection is lost; then it may be moved or not.</exception>
    public void Write(Connection connection, List<MovedPart> taken, Action<Connection> fence)
    {
        // Until the first table's turn: the fence may be held.
        Current = null;
        _missing.Forget();
        if (taken.Count == 0)
        {
            return;
        }

        connection.Begin();
        fence(connection);
        foreach (MovedPart part in taken)
        {
            Current = part.Index;
            ParameterRows rows = RowsOf(connection, part);
            if (rows.Count > 0)
            {
                part.Insert.Execute(connection, rows);
            }

            if (part.Begun is { } day)
            {
                parts.Days.Add(connection, part.Index.Number, day, part.Runs[0].Position);
            }
        }

        Current = null;
        connection.Commit();
    }

    /// <summary>Tells of what the committed transaction passed over.</summary>
    public void TellMissing() => _missing.Tell();

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
