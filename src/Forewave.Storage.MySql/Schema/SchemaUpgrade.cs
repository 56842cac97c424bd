using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;

namespace Forewave.Storage.MySql.Schema;

/// <summary>
/// Brings the schema to what this program knows: at a start the steps that only add, at <c>forewave upgrade finalize</c> those
/// that take away. One program at a time does it: the others wait for the server's lock of that name. Blocks; for the thread of
/// its connection. A throw leaves the steps before done, and the one in hand half done: the next start goes on.
/// </summary>
internal sealed class SchemaUpgrade(SchemaNames names, IReadOnlyList<Migration> migrations, TimeProvider time)
{
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(30);

    private readonly int _known = migrations.Count == 0 ? 0 : migrations[^1].Number;

    /// <summary>Whether a broker has worked here before.</summary>
    /// <exception cref="DatabaseException">The connection is lost.</exception>
    public bool IsThere(Connection connection)
    {
        var row = new ResultRow(ColumnType.Unsigned);
        using RowReader reader = connection
            .Prepare($"SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = '{names.Queues}' AND TABLE_NAME = 'MQ_SCHEMA'").Query(null, row);
        return reader.Next() && row.Unsigned(0) > 0;
    }

    /// <summary>Makes databases and tables that are missing, or says why this program must not work on what is there.</summary>
    /// <param name="connection">An account that may make what is missing; docs/mysql-schema.md lists the privileges.</param>
    /// <param name="finalize">Also the steps after which the version before cannot come back.</param>
    /// <exception cref="StoreException">FormatTooNew: a newer version has taken away what this one needs.</exception>
    /// <exception cref="DatabaseException">The server refused a statement, or the connection is lost.</exception>
    public SchemaReport Apply(Connection connection, bool finalize)
    {
        MakeRoom(connection);
        Lock(connection);
        try
        {
            Dictionary<int, int> done = Done(connection);
            Refuse(done);
            var applied = new List<int>();
            var waiting = new List<int>();
            foreach (Migration step in migrations.Where(step => !done.ContainsKey(step.Number)))
            {
                // What comes after a step that waits may build on it.
                bool waits = waiting.Count > 0 || (step.IsFinal && !finalize);
                (waits ? waiting : applied).Add(step.Number);
                if (!waits)
                {
                    Apply(connection, step);
                }
            }

            return new SchemaReport(applied, waiting);
        }
        finally
        {
            Unlock(connection);
        }
    }

    private void MakeRoom(Connection connection)
    {
        foreach (string database in new[] { names.Log, names.Queues })
        {
            if (!Exists(connection, database))
            {
                connection.Execute($"CREATE DATABASE IF NOT EXISTS {database} DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
            }
        }

        connection.Execute($"""
            CREATE TABLE IF NOT EXISTS {names.Queues}.MQ_SCHEMA (
                number INT UNSIGNED NOT NULL,
                name VARCHAR(100) NOT NULL,
                oldest_reader INT UNSIGNED NOT NULL COMMENT 'programs that know the steps up to this one may work here',
                applied DATETIME(3) NOT NULL COMMENT 'UTC',
                PRIMARY KEY (number)
            ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin
            """);
    }

    // Asked first: an account that may not make databases can use those that a DBA made.
    private static bool Exists(Connection connection, string database)
    {
        var rows = new ParameterRows(ColumnType.Text);
        rows.AddRow();
        rows.Set(0, System.Text.Encoding.UTF8.GetBytes(database));
        var row = new ResultRow(ColumnType.Unsigned);
        using RowReader reader = connection
            .Prepare("SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?").Query(rows, row);
        return reader.Next() && row.Unsigned(0) > 0;
    }

    private Dictionary<int, int> Done(Connection connection)
    {
        var done = new Dictionary<int, int>();
        var row = new ResultRow(ColumnType.Unsigned, ColumnType.Unsigned);
        using RowReader reader = connection.Prepare($"SELECT number, oldest_reader FROM {names.Queues}.MQ_SCHEMA").Query(null, row);
        while (reader.Next())
        {
            done.Add((int)row.Unsigned(0), (int)row.Unsigned(1));
        }

        return done;
    }

    private void Refuse(Dictionary<int, int> done)
    {
        int oldest = done.Values.DefaultIfEmpty(0).Max();
        if (oldest > _known)
        {
            throw new StoreException(
                ErrorCode.FormatTooNew,
                $"The databases {names.Log} and {names.Queues} need a program that knows schema step {oldest}; this one knows {_known}. " +
                "Start the version that finalized the upgrade, or a later one.");
        }
    }

    private void Apply(Connection connection, Migration step)
    {
        foreach (string statement in step.Statements(names))
        {
            connection.Execute(statement);
        }

        var rows = new ParameterRows(ColumnType.Unsigned, ColumnType.Text, ColumnType.Unsigned, ColumnType.Time);
        rows.AddRow();
        rows.Set(0, (ulong)step.Number);
        rows.Set(1, System.Text.Encoding.UTF8.GetBytes(step.Name));
        rows.Set(2, (ulong)step.OldestReader);
        rows.Set(3, Timestamp.From(time.GetUtcNow()));
        connection.Prepare($"INSERT INTO {names.Queues}.MQ_SCHEMA (number, name, oldest_reader, applied) VALUES (?, ?, ?, ?)").Execute(rows);
    }

    private void Lock(Connection connection)
    {
        var row = new ResultRow(ColumnType.Unsigned);
        using RowReader reader = connection.Prepare($"SELECT GET_LOCK('{names.Queues}.schema', {(int)LockTimeout.TotalSeconds})").Query(null, row);
        if (!reader.Next() || row.Unsigned(0) != 1)
        {
            throw new StoreException(
                ErrorCode.DatabaseUnusable,
                $"Another program has been changing the schema of {names.Queues} for {LockTimeout.TotalSeconds} s. Look for it with SHOW PROCESSLIST, then start again.");
        }
    }

    // The server lets go of it too when the connection ends.
    private void Unlock(Connection connection)
    {
        if (!connection.IsLost)
        {
            var row = new ResultRow(ColumnType.Unsigned);
            using RowReader reader = connection.Prepare($"SELECT RELEASE_LOCK('{names.Queues}.schema')").Query(null, row);
            reader.Next();
        }
    }
}
