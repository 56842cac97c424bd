using System.Runtime.ExceptionServices;
using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Indexes;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Log;

namespace Forewave.Storage.MySql.Moving;

/// <summary>
/// Writes what the mover takes at once: in one transaction, or, when it is for many tables, in one of each of several workers at the same
/// time. A young table's file grows by a page at a time, each with a sync that the server's thread waits for, so one connection would wait
/// most of the time. All of a queue, and of its groups, is the same worker's. For the mover's thread, which waits until all are over.
/// </summary>
internal sealed class MoveWriter : IDisposable
{
    /// <summary>How many transactions are written at the same time, at most.</summary>
    public const int Workers = 8;

    /// <summary>From so many tables on all workers write; below that a commit for each of them would cost more than it brings.</summary>
    public const int TablesForAll = 64;

    private static readonly TimeSpan BetweenMeasures = TimeSpan.FromMinutes(1);

    // A server that has no connection to spare is not asked again at once: one connection moves everything too.
    private static readonly TimeSpan AloneAfterRefusal = TimeSpan.FromMinutes(5);

    // Others want connections too.
    private static readonly TimeSpan KeptIdle = TimeSpan.FromMinutes(1);

    private readonly MoverParts _parts;
    private readonly MoveWorker[] _workers;
    // Of the workers but the first, who is the mover's own thread.
    private readonly MoveThread?[] _helpers = new MoveThread?[Workers - 1];
    private long? _measured;
    private long? _refused;
    private long? _shared;
    private long _databaseBytes;
    private ulong _position;

    public MoveWriter(MoverParts parts)
    {
        _parts = parts;
        _workers = [.. Enumerable.Range(0, Workers).Select(_ => new MoveWorker(parts))];
    }

    /// <summary>Bytes of both databases. Any thread.</summary>
    public long DatabaseBytes => Volatile.Read(ref _databaseBytes);

    /// <summary>Messages that were to be moved and are gone, since the opening. Any thread.</summary>
    public long Missing => _workers.Sum(worker => worker.Missing);

    /// <summary>Which of all workers an index is written by; always the same: its insert is prepared there.</summary>
    public static int WorkerOf(MessageIndex index) => (int)(index.Number.Queue % Workers);

    /// <summary>On a new connection: waits until what others had begun is over, and sees whether the role is still held.</summary>
    /// <exception cref="StoreException">NotOwner.</exception>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost.</exception>
    public void TakeOver(Connection connection)
    {
        _workers[0].Use(connection);
        connection.Begin();
        FencePlace place = _parts.Fences.Look(connection, FenceRole.Mover);
        connection.Rollback();
        _position = place.Position;
        if (place.Epoch != _parts.Epoch)
        {
            throw _parts.Fences.Overtaken(_parts.Epoch);
        }
    }

    /// <summary>How many workers are to write what waits for so many tables: all, who have their connections then, or one.</summary>
    /// <exception cref="DatabaseException">The server refused a connection for another reason than that it has none left.</exception>
    public int WorkersFor(int tables)
    {
        if (tables < TablesForAll)
        {
            if (_shared is { } last && _parts.Time.GetElapsedTime(last) > KeptIdle)
            {
                Forget();
            }

            return 1;
        }

        if (_refused is { } since && _parts.Time.GetElapsedTime(since) < AloneAfterRefusal)
        {
            return 1;
        }

        for (int i = 0; i < _helpers.Length; i++)
        {
            (_helpers[i] ??= new MoveThread($"forewave-mover-{i + 1}", _parts.Options)).Begin(_workers[i + 1].Use);
        }

        List<Exception> failures = [.. _helpers.Select(helper => helper!.End()).OfType<Exception>()];
        _shared = _parts.Time.GetTimestamp();
        if (failures.Count == 0)
        {
            return Workers;
        }

        Forget();
        if (failures.Find(failure => failure is not DatabaseException { Failure: DatabaseFailure.TooManyConnections }) is { } other)
        {
            ExceptionDispatchInfo.Throw(other);
        }

        _refused = _parts.Time.GetTimestamp();
        _parts.Told($"One connection takes messages to all tables for five minutes: {failures[0].Message}");
        return 1;
    }

    /// <summary>Gives up all connections but the mover's own: another server may answer the next ones.</summary>
    public void Forget()
    {
        _shared = null;
        for (int i = 0; i < _helpers.Length; i++)
        {
            _helpers[i]?.Dispose();
            _helpers[i] = null;
        }
    }

    /// <summary>
    /// Moves parts. When it throws, each of them that was not told of may be moved or not, and no transaction is under way but on the given
    /// connection.
    /// </summary>
    /// <param name="connection">The mover's own, without a transaction.</param>
    /// <param name="shares">What each worker writes: one, or as many as there are workers.</param>
    /// <param name="moved">Told of each part whose transaction is committed.</param>
    /// <param name="failing">Told whose table a failing transaction was writing, if it was any, and why it failed.</param>
    /// <exception cref="StoreException">NotOwner.</exception>
    /// <exception cref="DatabaseException">The server refused, or a connection is lost.</exception>
    public void Write(Connection connection, IReadOnlyList<List<MovedPart>> shares, Action<MovedPart> moved, Action<MessageIndex, DatabaseException> failing)
    {
        _position = Math.Max(_position, shares.SelectMany(share => share).Max(part => part.Runs[^1].Position.Bits));
        Action<Connection> fence = shares.Count == 1 ? Move : Hold;
        for (int i = 1; i < shares.Count; i++)
        {
            MoveWorker worker = _workers[i];
            List<MovedPart> share = shares[i];
            _helpers[i - 1]!.Begin(own => worker.Write(own, share, fence));
        }

        List<Exception?> outcomes = [Try(connection, shares[0], fence), .. _helpers.Take(shares.Count - 1).Select(helper => helper!.End())];
        for (int i = 0; i < shares.Count; i++)
        {
            if (outcomes[i] is null)
            {
                _workers[i].TellMissing();
                shares[i].ForEach(moved);
            }
            else if (outcomes[i] is DatabaseException failure && _workers[i].Current is { } current)
            {
                failing(current, failure);
            }
        }

        // Who was overtaken stops, whatever the others say.
        if (outcomes.OfType<Exception>().OrderByDescending(failure => failure is not DatabaseException).FirstOrDefault() is { } worst)
        {
            ExceptionDispatchInfo.Throw(worst);
        }

        if (shares.Count > 1)
        {
            connection.Begin();
            Move(connection);
            connection.Commit();
        }
    }

    /// <summary>Asks the server how big the databases are, not more than once a minute.</summary>
    /// <exception cref="DatabaseException">The connection is lost.</exception>
    public void Measure(Connection connection)
    {
        if (_measured is { } since && _parts.Time.GetElapsedTime(since) < BetweenMeasures)
        {
            return;
        }

        _measured = _parts.Time.GetTimestamp();
        var row = new ResultRow(ColumnType.Unsigned);
        using RowReader reader = connection.Prepare($"""
            SELECT CAST(COALESCE(SUM(DATA_LENGTH + INDEX_LENGTH), 0) AS UNSIGNED) FROM information_schema.TABLES
            WHERE TABLE_SCHEMA IN ('{_parts.Names.Log}', '{_parts.Names.Queues}')
            """).Query(null, row);
        reader.Next();
        Volatile.Write(ref _databaseBytes, (long)row.Unsigned(0));
    }

    public void Dispose() => Forget();

    private Exception? Try(Connection connection, List<MovedPart> share, Action<Connection> fence)
    {
        try
        {
            _workers[0].Write(connection, share, fence);
            return null;
        }
        catch (Exception failure)
        {
            return failure;
        }
    }

    private void Move(Connection connection) => _parts.Fences.Move(connection, FenceRole.Mover, new FencePlace(_parts.Epoch, _position));

    private void Hold(Connection connection) => _parts.Fences.Hold(connection, FenceRole.Mover, _parts.Epoch);
}
