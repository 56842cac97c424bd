using System.Globalization;
using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Schema;

namespace Forewave.Storage.MySql.Log;

/// <summary>
/// The rows of MQ_FENCE of one partition: every transaction of a role begins by moving its row under its epoch, or by holding it in share mode. Who was
/// overtaken by a higher epoch finds no row, and everything else of the transaction is never done. Immutable; blocks, for the
/// thread of the connection.
/// </summary>
internal sealed class Fences(SchemaNames names, PartitionNumber partition)
{
    private static readonly FenceRole[] Roles = [FenceRole.Log, FenceRole.Mover, FenceRole.State];

    /// <summary>The highest epoch of any role; <see cref="Epoch.None"/> where no broker was yet. Takes no lock.</summary>
    /// <exception cref="StoreException">DatabaseUnusable: it is the database of another partition.</exception>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost.</exception>
    public Epoch Highest(Connection connection)
    {
        string there = $"SELECT COUNT(*) AS tables FROM information_schema.TABLES WHERE TABLE_NAME = 'MQ_FENCE' AND TABLE_SCHEMA IN ('{names.Log}', '{names.Queues}')";
        if (connection.ReadNamed(there)["tables"] != "2")
        {
            return Epoch.None;
        }

        RequireOwn(connection);
        string highest = string.Join(" UNION ALL ", Roles.Select(role => $"SELECT epoch FROM {Table(role)} WHERE {Row(role)}"));
        string? epoch = connection.ReadNamed($"SELECT COALESCE(MAX(epoch), 0) AS highest FROM ({highest}) AS roles").GetValueOrDefault("highest");
        return new Epoch(uint.Parse(epoch ?? "0", CultureInfo.InvariantCulture));
    }

    /// <summary>
    /// Takes the partition: raises the epoch of every role to one that no broker had. Transactions of the one before that are
    /// under way are waited for; those that come later fail.
    /// </summary>
    /// <param name="connection">Where to.</param>
    /// <param name="given">The epoch that the group's record gave; <see cref="Epoch.None"/>: the next one.</param>
    /// <exception cref="StoreException">
    /// NotOwner: somebody had the epoch that was given, or a higher one. DatabaseUnusable: it is the database of another partition.
    /// </exception>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost; then it may be raised or not.</exception>
    public Epoch Raise(Connection connection, Epoch given = default)
    {
        RequireOwn(connection);
        foreach (FenceRole role in Roles)
        {
            connection.Execute($"INSERT IGNORE INTO {Table(role)} VALUES ({partition.Value}, '{Name(role)}', 0, 0)");
        }

        connection.Begin();
        try
        {
            Epoch highest = Roles.Select(role => Look(connection, role).Epoch).Max();
            Epoch next = given == Epoch.None ? highest.Next : given;
            if (next <= highest)
            {
                throw Overtaken(next);
            }

            foreach (FenceRole role in Roles)
            {
                connection.Execute($"UPDATE {Table(role)} SET epoch = {next.Value} WHERE {Row(role)}");
            }

            connection.Commit();
            return next;
        }
        catch
        {
            Undo(connection);
            throw;
        }
    }

    /// <summary>First statement of a transaction: moves the row of a role.</summary>
    /// <exception cref="StoreException">NotOwner: another broker has the partition. The transaction is to be rolled back.</exception>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost.</exception>
    public void Move(Connection connection, FenceRole role, FencePlace place)
    {
        var rows = new ParameterRows(ColumnType.Unsigned, ColumnType.Unsigned);
        rows.AddRow();
        rows.Set(0, place.Position);
        rows.Set(1, (ulong)place.Epoch.Value);
        // By its primary key.
        if (connection.Prepare($"UPDATE {Table(role)} SET position = ? WHERE {Row(role)} AND epoch = ?").Execute(rows) != 1)
        {
            throw Overtaken(place.Epoch);
        }
    }

    /// <summary>The same for the log, whose row stands where its last group left it: otherwise the database is not the one that was written.</summary>
    /// <exception cref="StoreException">NotOwner: another broker has the partition. DatabaseUnusable: the row stands elsewhere. To be rolled back.</exception>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost.</exception>
    public void MoveLog(Connection connection, FencePlace before, LogPosition through)
    {
        var rows = new ParameterRows(ColumnType.Unsigned, ColumnType.Unsigned, ColumnType.Unsigned);
        rows.AddRow();
        rows.Set(0, through.Bits);
        rows.Set(1, (ulong)before.Epoch.Value);
        rows.Set(2, before.Position);
        // By its primary key.
        if (connection.Prepare($"UPDATE {Table(FenceRole.Log)} SET position = ? WHERE {Row(FenceRole.Log)} AND epoch = ? AND position = ?").Execute(rows) != 1)
        {
            throw Differs(Look(connection, FenceRole.Log), before);
        }
    }

    /// <summary>
    /// Reads the row of a role and locks it until the transaction ends: what a lost connection had begun is over by then,
    /// committed or taken back. So this is the answer to a COMMIT without one.
    /// </summary>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost.</exception>
    public FencePlace Look(Connection connection, FenceRole role)
    {
        var row = new ResultRow(ColumnType.Unsigned, ColumnType.Unsigned);
        using RowReader reader = connection.Prepare($"SELECT epoch, position FROM {Table(role)} WHERE {Row(role)} FOR UPDATE").Query(null, row);
        return reader.Next()
            ? new FencePlace(new Epoch((uint)row.Unsigned(0)), row.Unsigned(1))
            : throw new StoreException(ErrorCode.DatabaseUnusable, $"{Table(role)} has no row for partition {partition} and role {Name(role)}.");
    }

    /// <summary>First statement of a transaction beside those of the role: holds its row as it is until the end.</summary>
    /// <exception cref="StoreException">NotOwner: another broker has the partition. The transaction is to be rolled back.</exception>
    /// <exception cref="DatabaseException">The server refused, or the connection is lost.</exception>
    public void Hold(Connection connection, FenceRole role, Epoch epoch)
    {
        var row = new ResultRow(ColumnType.Unsigned);
        using RowReader reader = connection.Prepare($"SELECT epoch FROM {Table(role)} WHERE {Row(role)} LOCK IN SHARE MODE").Query(null, row);
        if (!reader.Next() || row.Unsigned(0) != epoch.Value)
        {
            throw Overtaken(epoch);
        }
    }

    /// <summary>What a writer is told who was overtaken.</summary>
    public StoreException Overtaken(Epoch epoch) => new(
        ErrorCode.NotOwner, $"Partition {partition} was taken by another broker: epoch {epoch} is over.");

    /// <summary>What a writer is told that finds another row of the log than it left: never that it may go on.</summary>
    public StoreException Differs(FencePlace found, FencePlace left) => found.Epoch > left.Epoch ? Overtaken(left.Epoch) : new StoreException(
        ErrorCode.DatabaseUnusable,
        $"{Table(FenceRole.Log)} stands at epoch {found.Epoch} and position {LogPosition.FromBits(found.Position)}, and this broker left it at epoch {left.Epoch} and position {LogPosition.FromBits(left.Position)}: the database went back in time (restored, or a replica took over that lacked commits), or somebody else wrote it. Nothing more was written. Put the right database in place, then start the broker again.");

    // A database has one log: positions in its tables have no partition.
    private void RequireOwn(Connection connection)
    {
        string? other = connection.ReadNamed($"SELECT MIN(`partition`) AS other FROM {Table(FenceRole.Log)} WHERE `partition` <> {partition.Value}").GetValueOrDefault("other");
        if (!string.IsNullOrEmpty(other))
        {
            throw new StoreException(
                ErrorCode.DatabaseUnusable, $"{names.Log} and {names.Queues} belong to partition {other}, this broker is partition {partition}. Give each broker databases of its own (schema=…).");
        }
    }

    private string Table(FenceRole role) => $"{(role == FenceRole.Log ? names.Log : names.Queues)}.MQ_FENCE";

    private string Row(FenceRole role) => $"`partition` = {partition.Value} AND role = '{Name(role)}'";

    private static string Name(FenceRole role) => role switch
    {
        FenceRole.Log => "log",
        FenceRole.Mover => "mover",
        _ => "state",
    };

    private static void Undo(Connection connection)
    {
        try
        {
            connection.Rollback();
        }
        catch (DatabaseException)
        {
            // The connection went too: the server takes the transaction back, and the first failure is the one that tells.
        }
    }
}
