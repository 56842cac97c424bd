using System.Runtime.ExceptionServices;
using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Indexes;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Log;

namespace Forewave.Storage.MySql.Moving;

/// <summary>
/// Writes what the mover takes at once: in one transaction, or, when it is of many tables, in one of each lane at the same time.
/// A young table's file grows by a page at a time, each with a sync that the server's thread waits for, so one connection would wait
/// most of the time. A lane's transactions are of its own tables. For the mover's thread, which waits until all are over.
/// </summary>
internal sealed class MoveWriter : IDisposable
{
    /// <summary>How many transactions are written at the same time, at most.</summary>
    public const int Lanes = 8;

    /// <summary>From so many tables on all lanes work; below that a commit for each of them would cost more than it brings.</summary>
    public const int TablesForLanes = 64;

    private static readonly TimeSpan BetweenMeasures = TimeSpan.FromMinutes(1);

    // A server that has no connection left for a lane is not asked again at once: one connection moves everything too.
    private static readonly TimeSpan AloneAfterRefusal = TimeSpan.FromMinutes(5);

    private readonly MoverParts _parts;
    private readonly MoveLane[] _lanes;
    // Of the lanes but the first, which is the mover's own.
    private readonly DatabaseThread?[] _threads = new DatabaseThread?[Lanes];
    private long? _measured;
    private long? _refused;
    private long _databaseBytes;
    private ulong _position;

    public MoveWriter(MoverParts parts)
    {
        _parts = parts;
        _lanes = [.. Enumerable.Range(0, Lanes).Select(_ => new MoveLane(parts))];
    }

    /// <summary>Bytes of both databases. Any thread.</summary>
    public long DatabaseBytes => Volatile.Read(ref _databaseBytes);

    /// <summary>Messages that were to be moved and are gone, since the opening. Any thread.</summary>
    public long Missing => _lanes.Sum(lane => lane.Missing);

    /// <summary>On a new connection: waits until what others had begun is over, and sees whether the role is still held.</summary>
    /// <exception cref="StoreException">NotOwner.</exception>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost.</exception>
    public void TakeOver(Connection connection)
    {
        _lanes[0].Use(connection);
        connection.Begin();
        FencePlace place = _parts.Fences.Look(connection, FenceRole.Mover);
        connection.Rollback();
        _position = place.Position;
        if (place.Epoch != _parts.Epoch)
        {
            throw _parts.Fences.Overtaken(_parts.Epoch);
        }
    }

    /// <summary>Moves parts. When it throws, each of them that was not told of may be moved or not, but no transaction is under way on a living connection.</summary>
    /// <param name="connection">Without a transaction.</param>
    /// <param name="taken">At least one.</param>
    /// <param name="moved">Told of each part whose transaction is committed.</param>
    /// <param name="failing">Told whose table a failing transaction was writing, if it was any.</param>
    /// <exception cref="StoreException">NotOwner.</exception>
    /// <exception cref="DatabaseException">The server refused, or a connection is lost.</exception>
    public void Write(Connection connection, List<MovedPart> taken, Action<MovedPart> moved, Action<MessageIndex> failing)
    {
        _position = Math.Max(_position, taken.Max(part => part.Runs[^1].Position.Bits));
        if (taken.Count < TablesForLanes || (_refused is { } since && _parts.Time.GetElapsedTime(since) < AloneAfterRefusal))
        {
            End(Write(connection, taken.ToLookup(_ => 0), Move, moved), failing);
        }
        else
        {
            // Always the same lane for a table: its insert is prepared there.
            End(Write(connection, taken.ToLookup(part => (int)(part.Index.Number.Queue % Lanes)), Hold, moved), failing);
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

    public void Dispose() => Array.ForEach(_threads, thread => thread?.Dispose());

    private List<(Exception Failure, MessageIndex? Current)> Write(
        Connection connection, ILookup<int, MovedPart> shares, Action<Connection> fence, Action<MovedPart> moved)
    {
        int[] lanes = [.. Enumerable.Range(0, Lanes).Where(shares.Contains)];
        Task[] others = [.. lanes.Where(lane => lane > 0).Select(lane => WriteAsync(lane, shares[lane], fence))];
        Exception? own = null;
        try
        {
            if (shares.Contains(0))
            {
                _lanes[0].Write(connection, shares[0], fence);
            }
        }
        catch (Exception failure)
        {
            own = failure;
        }

        // This thread is the mover's own and has nothing else to do.
        Array.ForEach(others, other => ((IAsyncResult)other).AsyncWaitHandle.WaitOne());
        Queue<Exception?> outcomes = new(others.Select(other => other.Exception?.InnerException));
        List<(Exception Failure, MessageIndex? Current)> failures = [];
        foreach (int lane in lanes)
        {
            if ((lane == 0 ? own : outcomes.Dequeue()) is { } failure)
            {
                failures.Add((failure, _lanes[lane].Current));
                _refused = lane > 0 && failure is DatabaseException { Failure: DatabaseFailure.TooManyConnections } ? _parts.Time.GetTimestamp() : _refused;
                continue;
            }

            _lanes[lane].TellMissing();
            foreach (MovedPart part in shares[lane])
            {
                moved(part);
            }
        }

        return failures;
    }

    private static void End(List<(Exception Failure, MessageIndex? Current)> failures, Action<MessageIndex> failing)
    {
        if (failures.Count == 0)
        {
            return;
        }

        // Who was overtaken stops, whatever the others say.
        (Exception first, MessageIndex? current) = failures.OrderByDescending(failed => failed.Failure is StoreException).First();
        if (current is not null)
        {
            failing(current);
        }

        ExceptionDispatchInfo.Throw(first);
    }

    private Task WriteAsync(int lane, IEnumerable<MovedPart> share, Action<Connection> fence)
    {
        DatabaseThread thread = _threads[lane] ??= new DatabaseThread($"forewave-mover-{lane}", _parts.Options, maxWaiting: 1);
        return thread.RunAsync(
            connection =>
            {
                _lanes[lane].Use(connection);
                _lanes[lane].Write(connection, share, fence);
                return true;
            },
            Repetition.Forbidden,
            CancellationToken.None);
    }

    private void Move(Connection connection) => _parts.Fences.Move(connection, FenceRole.Mover, new FencePlace(_parts.Epoch, _position));

    private void Hold(Connection connection) => _parts.Fences.Hold(connection, FenceRole.Mover, _parts.Epoch);
}
