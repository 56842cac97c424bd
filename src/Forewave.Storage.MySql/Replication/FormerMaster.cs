using System.Globalization;
using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Log;

namespace Forewave.Storage.MySql.Replication;

/// <summary>
/// What an operator does with the database of a master that was overtaken (decision 0052): looks at its tail, and makes it anew from
/// the master's. Its broker may run meanwhile, as one that waits. The store's account is the same on both databases. Thread-safe; blocking
/// work runs on the thread pool.
/// </summary>
public sealed class FormerMaster
{
    private static readonly TimeSpan LongestFollow = TimeSpan.FromSeconds(30);

    private readonly MySqlStoreOptions _store;
    private readonly GroupPlace _place;

    /// <param name="store">The former master's database.</param>
    /// <param name="peer">Where the master's is, and the account of replication, as <see cref="MySqlStoreOptions.Parse"/> reads it.</param>
    /// <param name="environment">Gives a variable of the environment.</param>
    /// <exception cref="FormatException">The words cannot be read.</exception>
    public FormerMaster(MySqlStoreOptions store, string peer, Func<string, string?> environment)
    {
        ArgumentNullException.ThrowIfNull(store);
        _store = store;
        _place = GroupPlace.Parse(store, peer, environment);
    }

    /// <summary>Reads what only this database has; changes nothing. As long as it takes to read the log that is there.</summary>
    /// <exception cref="StoreException">DatabaseUnreachable, DatabaseUnusable: one of the two cannot be asked. LogDamaged.</exception>
    public Task<DatabaseTail> ReadTailAsync(CancellationToken cancellation) => Task.Run(() => Guarded(ReadTail), cancellation);

    /// <summary>
    /// Makes this database anew: drops both schemas, copies them from the master's with <c>mariadb-dump</c> and <c>mariadb</c>, and sets the
    /// position from which it follows. While it copies the master makes and drops no slices. What was only here is gone for good.
    /// </summary>
    /// <param name="told">Told in words how far it is.</param>
    /// <param name="cancellation">Ends it; this database is unusable then until it is made anew.</param>
    /// <returns>The GTIDs that it has now.</returns>
    /// <exception cref="StoreException">
    /// NothingToRepair: it follows. CopyFailed: a program is missing, or the copy did not come to its end; it may be repeated.
    /// DatabaseUnreachable, DatabaseUnusable.
    /// </exception>
    public Task<string> MakeAnewAsync(Action<string> told, CancellationToken cancellation) => Task.Run(() => Guarded(() => MakeAnew(told, cancellation)), cancellation);

    private DatabaseTail ReadTail()
    {
        using Connection own = Connection.Open(_place.OwnLooked);
        using Connection peer = Connection.Open(_place.PeerLooked);
        GtidList ahead = new MasterDatabase(own).Written().Without(new MasterDatabase(peer).Has());
        if (ahead.IsEmpty)
        {
            return new DatabaseTail { Ahead = "" };
        }

        using Connection rows = Connection.Open(_store.Connection);
        return Common(new Fences(_store.Names, _store.Partition).Highest(rows)) is { } common
            ? new TailReader(_store).Read(rows, ahead, common)
            : new DatabaseTail { Ahead = $"{ahead}" };
    }

    // Where the first epoch began that this database was not served under.
    private LogPosition? Common(Epoch own)
    {
        using Connection peer = Connection.Open(PeerStore);
        var row = new ResultRow(ColumnType.Unsigned);
        string there = $"SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = '{_store.Names.Queues}' AND TABLE_NAME = 'MQ_EPOCH'";
        using (RowReader tables = peer.Prepare(there).Query(null, row))
        {
            if (!tables.Next() || row.Unsigned(0) == 0)
            {
                return null;
            }
        }

        // By the primary key.
        using RowReader reader = peer.Prepare(string.Create(CultureInfo.InvariantCulture, $"""
            SELECT after FROM {_store.Names.Queues}.MQ_EPOCH WHERE `partition` = {_store.Partition.Value} AND epoch > {own.Value} ORDER BY epoch LIMIT 1
            """)).Query(null, row);
        return reader.Next() ? LogPosition.FromBits(row.Unsigned(0)) : null;
    }

    private string MakeAnew(Action<string> told, CancellationToken cancellation)
    {
        using Connection own = Connection.Open(_place.OwnChanged with { ReadTimeout = LongestFollow + LongestFollow });
        // Its broker begins to follow under the same lock, so not from a database that is half made.
        if (!FollowLock.Take(own, LongestFollow))
        {
            throw new StoreException(ErrorCode.DatabaseUnusable, $"Somebody else makes the database at {_place.Own.Place} anew, or has it follow.");
        }

        SlaveDatabase database = new(own);
        if (database.Status() is { Receiver.Runs: true, Applier.Runs: true })
        {
            throw new StoreException(ErrorCode.NothingToRepair, $"The database at {_place.Own.Place} follows the one at {_place.Peer.Place}: it needs no repair.");
        }

        own.Execute("STOP SLAVE");
        own.Execute("RESET SLAVE ALL");
        database.TakeWrites();
        string position = new DatabaseCopy(_store, PeerStore, told).Make(cancellation);
        own.Execute("RESET MASTER");
        own.Execute($"SET GLOBAL gtid_slave_pos = '{GtidList.Parse(position)}'");
        own.Execute("SET GLOBAL read_only = ON");
        return position;
    }

    private ConnectionOptions PeerStore => _place.Peer with { User = _store.Connection.User, Password = _store.Connection.Password };

    private T Guarded<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (DatabaseException failure)
        {
            throw new StoreException(
                StoreFailures.OfOpening(failure, _place.Own).Error, $"A database of the group, {_place.Own.Place} or {_place.Peer.Place}, failed: {failure.Message}", failure);
        }
    }
}
