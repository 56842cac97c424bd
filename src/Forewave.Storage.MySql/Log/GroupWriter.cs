using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Replication;
using Forewave.Storage.MySql.Schema;

namespace Forewave.Storage.MySql.Log;

/// <summary>
/// Commits groups to the log, each exactly once, whatever becomes of the connection: one transaction a group, its fence first. A
/// COMMIT without an answer is looked up in the fence's row over a new connection; what was not committed is written again.
/// <para>
/// For one thread, the log writer's; blocks. It gives up after <see cref="Patience"/>: then nobody knows whether the group is
/// committed, and the partition has to stop. A throw leaves the connection closed and nothing else behind.
/// </para>
/// </summary>
internal sealed class GroupWriter(ConnectionOptions options, Fences fences, LogTable table, FencePlace start) : IDisposable
{
    // What the server refuses twice in a row, on two connections, it refuses; what nobody knows may be its trouble of a moment.
    private const int Refusals = 2;
    private const int UnknownRefusals = 20;

    private Connection? _connection;
    private LogPosition _committed = LogPosition.FromBits(start.Position);

    /// <summary>How often a group is tried before its outcome is left unknown.</summary>
    public int Patience { get; init; } = 5;

    /// <summary>Between two tries, with the failure and the number of the try; the thread's only wait. False: give up.</summary>
    public Func<DatabaseException, int, bool>? Pause { get; set; }

    /// <summary>Whether <see cref="LastCommit"/> is told; the server must have a binary log then.</summary>
    public bool TracksCommits { get; init; }

    /// <summary>The transaction of the last group; where its COMMIT had no answer, one that came after it.</summary>
    public Gtid LastCommit { get; private set; }

    /// <summary>Commits a group.</summary>
    /// <exception cref="StoreException">
    /// NotOwner: another broker has the partition. DatabaseUnusable: the server refuses the rows. StoreUnavailable: it did not
    /// answer for so long that the outcome is unknown. After each of them this writer is of no use any more.
    /// </exception>
    public void Write(LogGroup group)
    {
        bool isUnknown = false;
        int refused = 0;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                _connection ??= Connect();
                if (!isUnknown || !IsCommitted(_connection, group))
                {
                    isUnknown = false;
                    Insert(_connection, group);
                    isUnknown = true;
                    _connection.Commit();
                    Note(_connection.CommittedGtid());
                }
                else
                {
                    Note(null);
                }

                _committed = group.Through;
                return;
            }
            catch (DatabaseException failure)
            {
                refused = failure.MayPass() ? 0 : refused + 1;
                bool isRefused = refused >= (failure.Failure == DatabaseFailure.Other ? UnknownRefusals : Refusals);
                GiveUp(failure, attempt, isRefused);
            }
            catch
            {
                Drop();
                throw;
            }
        }
    }

    public void Dispose() => Drop();

    private void Note(string? told)
    {
        if (TracksCommits)
        {
            // Of a commit that was looked up nobody was told: the end of the binary log is behind it.
            LastCommit = told is not null && Gtid.TryParse(told, out Gtid gtid) ? gtid : new MasterDatabase(_connection!).Last() ?? throw new StoreException(
                ErrorCode.ReplicationUnusable, "The database gives its commits no GTID: log_bin must be ON in a broker group.");
        }
    }

    // Whoever answers now may be another server than before.
    private Connection Connect()
    {
        Connection connection = Connection.Open(options);
        try
        {
            ServerCheck.Refuse(connection);
            if (TracksCommits)
            {
                connection.TrackCommits();
            }

            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void Insert(Connection connection, LogGroup group)
    {
        connection.Begin();
        fences.MoveLog(connection, start with { Position = _committed.Bits }, group.Through);
        table.Insert(connection, group);
    }

    private bool IsCommitted(Connection connection, LogGroup group)
    {
        connection.Begin();
        FencePlace place = fences.Look(connection, FenceRole.Log);
        connection.Rollback();
        FencePlace left = start with { Position = _committed.Bits };
        return place == left with { Position = group.Through.Bits } || (place == left ? false : throw fences.Differs(place, left));
    }

    /// <summary>Does something between two groups: DDL of the log. What fails is left, for another time.</summary>
    public void Between(Action<Connection> work)
    {
        try
        {
            _connection ??= Connect();
            work(_connection);
        }
        catch (Exception failure) when (failure is DatabaseException or StoreException)
        {
            // The next group begins on a new connection, and says what is wrong if anything still is.
            Drop();
        }
    }

    // Whatever went wrong, a new connection begins without locks and without a transaction.
    private void GiveUp(DatabaseException failure, int attempt, bool isRefused)
    {
        Drop();
        if (isRefused)
        {
            throw new StoreException(ErrorCode.DatabaseUnusable, $"The database refused records of the log: {failure.Message}", failure);
        }

        if (attempt >= Patience || Pause?.Invoke(failure, attempt) == false)
        {
            throw new StoreException(
                ErrorCode.StoreUnavailable, $"The database did not confirm a group of the log in {attempt} tries: {failure.Message}", failure);
        }
    }

    private void Drop()
    {
        _connection?.Dispose();
        _connection = null;
    }
}
