using System.Data.Common;
using System.Globalization;
using System.Text;
using Forewave.Outbox.Sql;
using Forewave.Protocol;

namespace Forewave.Outbox;

/// <summary>
/// The tables of outbox and inbox in the program's own database, with a version each. Thread-safe; several programs may migrate at the same
/// time.
/// </summary>
public static class OutboxSchema
{
    /// <summary>The version of the outbox's tables that this package works with.</summary>
    public const int OutboxVersion = 1;

    /// <summary>The version of the inbox's table that this package works with.</summary>
    public const int InboxVersion = 1;

    /// <summary>
    /// Makes the tables that are not there, and brings older ones to this package's version; changes nothing where they have it. Needs the
    /// right to create tables; programs without it run <see cref="ScriptOf"/> beforehand, as a DBA.
    /// </summary>
    /// <param name="connection">An open connection, without a transaction.</param>
    /// <param name="tables">Where they are.</param>
    /// <param name="cancellation">Ends it between two statements.</param>
    /// <exception cref="ForewaveException">
    /// <c>OutboxSchemaDiffers</c>: they have a later version, which nothing is done about. <c>OutboxDatabaseUnsupported</c>: the database is too old.
    /// </exception>
    /// <exception cref="TimeoutException">Another program migrates, for a minute already (MySQL).</exception>
    /// <exception cref="DbException">The database refuses.</exception>
    public static async Task MigrateAsync(DbConnection connection, OutboxTables tables, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(tables);
        Dialect sql = Dialect.Of(tables.Database);
        await MigrateAsync(connection, tables, [SchemaPart.Outbox(tables, sql), SchemaPart.Inbox(tables, sql)], cancellation).ConfigureAwait(false);
    }

    /// <summary>Refuses tables of another version than this package's, and missing ones. One round trip or two for each of outbox and inbox.</summary>
    /// <param name="connection">An open connection, without a transaction.</param>
    /// <param name="tables">Where they are.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ForewaveException"><c>OutboxSchemaMissing</c>, <c>OutboxSchemaDiffers</c>, <c>OutboxDatabaseUnsupported</c>.</exception>
    public static async Task CheckAsync(DbConnection connection, OutboxTables tables, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(tables);
        Dialect sql = Dialect.Of(tables.Database);
        await CheckAsync(connection, tables, SchemaPart.Outbox(tables, sql), cancellation).ConfigureAwait(false);
        await CheckAsync(connection, tables, SchemaPart.Inbox(tables, sql), cancellation).ConfigureAwait(false);
    }

    /// <summary>What makes the tables in an empty database, as a script for a DBA.</summary>
    public static string ScriptOf(OutboxTables tables)
    {
        ArgumentNullException.ThrowIfNull(tables);
        Dialect sql = Dialect.Of(tables.Database);
        StringBuilder script = new();
        script.Append(CultureInfo.InvariantCulture, $"{CreateVersions(tables, sql)};\n");
        foreach (SchemaPart part in new[] { SchemaPart.Outbox(tables, sql), SchemaPart.Inbox(tables, sql) })
        {
            foreach (string statement in part.Steps.SelectMany(step => step))
            {
                script.Append(CultureInfo.InvariantCulture, $"{statement};\n");
            }

            script.Append(CultureInfo.InvariantCulture, $"INSERT INTO {tables.Schema} (part, version) VALUES ('{part.Name}', {part.Version});\n");
        }

        return script.ToString();
    }

    internal static async Task CheckAsync(DbConnection connection, OutboxTables tables, SchemaPart part, CancellationToken cancellation)
    {
        DatabaseVersion.Check(connection, tables.Database);
        int found = await VersionAsync((connection, null), tables, part, cancellation).ConfigureAwait(false);
        if (found == 0)
        {
            throw new ForewaveException(ErrorCode.OutboxSchemaMissing, $"The database has no {part.Name} under the prefix '{tables.Prefix}'.");
        }

        if (found != part.Version)
        {
            throw Differs(part, found);
        }
    }

    internal static async Task MigrateAsync(
        DbConnection connection, OutboxTables tables, IReadOnlyList<SchemaPart> parts, CancellationToken cancellation)
    {
        DatabaseVersion.Check(connection, tables.Database);
        Dialect sql = Dialect.Of(tables.Database);
        DbTransaction transaction = await connection.BeginTransactionAsync(cancellation).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            foreach (string statement in sql.BeginMigration)
            {
                await Commands.RunAsync(connection, transaction, new Statement(statement), cancellation).ConfigureAwait(false);
            }

            try
            {
                if (sql.MigrationLock is { } alone
                    && await Commands.NumberAsync(connection, transaction, new Statement(alone), cancellation).ConfigureAwait(false) != 1)
                {
                    throw new TimeoutException("Another program migrates the tables of the outbox or the inbox, and is not done.");
                }

                foreach (SchemaPart part in parts)
                {
                    await MigrateAsync((connection, transaction), tables, part, cancellation).ConfigureAwait(false);
                }

                await transaction.CommitAsync(cancellation).ConfigureAwait(false);
            }
            finally
            {
                foreach (string statement in sql.EndMigration)
                {
                    await Commands.RunAsync(connection, null, new Statement(statement), CancellationToken.None).ConfigureAwait(false);
                }
            }
        }
    }

    private static async Task MigrateAsync(
        (DbConnection Connection, DbTransaction? Transaction) where, OutboxTables tables, SchemaPart part, CancellationToken cancellation)
    {
        int found = await VersionAsync(where, tables, part, cancellation).ConfigureAwait(false);
        if (found > part.Version)
        {
            throw Differs(part, found);
        }

        for (int version = found; version < part.Version; version++)
        {
            foreach (string statement in part.Steps[version])
            {
                await Commands.RunAsync(where.Connection, where.Transaction, new Statement(statement), cancellation).ConfigureAwait(false);
            }

            string set = version == 0
                ? $"INSERT INTO {tables.Schema} (part, version) VALUES (@part, @version)"
                : $"UPDATE {tables.Schema} SET version = @version WHERE part = @part";
            await Commands.RunAsync(where.Connection, where.Transaction, new Statement(set, ("@part", part.Name), ("@version", version + 1)), cancellation)
                .ConfigureAwait(false);
        }
    }

    // 0: it is not there. Makes the table of versions where it is to be written to.
    private static async Task<int> VersionAsync(
        (DbConnection Connection, DbTransaction? Transaction) where, OutboxTables tables, SchemaPart part, CancellationToken cancellation)
    {
        Dialect sql = Dialect.Of(tables.Database);
        Statement count = new(sql.CountTables, ("@name", tables.Schema));
        if (await Commands.NumberAsync(where.Connection, where.Transaction, count, cancellation).ConfigureAwait(false) == 0)
        {
            if (where.Transaction is not null)
            {
                await Commands.RunAsync(where.Connection, where.Transaction, new Statement(CreateVersions(tables, sql)), cancellation).ConfigureAwait(false);
            }

            return 0;
        }

        Statement version = new($"SELECT version FROM {tables.Schema} WHERE part = @part", ("@part", part.Name));
        return (int)(await Commands.NumberAsync(where.Connection, where.Transaction, version, cancellation).ConfigureAwait(false) ?? 0);
    }

    private static string CreateVersions(OutboxTables tables, Dialect sql) =>
        $"CREATE TABLE IF NOT EXISTS {tables.Schema} (part {sql.Name} NOT NULL PRIMARY KEY, version INTEGER NOT NULL) {sql.TableEnd}";

    private static ForewaveException Differs(SchemaPart part, int found) =>
        new(ErrorCode.OutboxSchemaDiffers, $"The {part.Name} has version {found}, this package works with version {part.Version}.");
}
