namespace Forewave.Outbox.Sql;

/// <summary>What differs between the databases. Immutable.</summary>
internal abstract class Dialect
{
    public static Dialect Of(DatabaseKind kind) => kind switch
    {
        DatabaseKind.MySql => new MySqlDialect(),
        DatabaseKind.PostgreSql => new PostgreSqlDialect(),
        DatabaseKind.Sqlite => new SqliteDialect(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such kind of database"),
    };

    /// <summary>The database's clock: Unix time in milliseconds. One clock for all relays.</summary>
    public abstract string Now { get; }

    /// <summary>The primary key of the outbox.</summary>
    public abstract string Identity { get; }

    /// <summary>A column of bytes.</summary>
    public abstract string Blob { get; }

    /// <summary>A column of a few bytes, compared as such.</summary>
    public abstract string ShortBytes { get; }

    /// <summary>A column for names, compared byte by byte.</summary>
    public abstract string Name { get; }

    /// <summary>A column for text of 64 bytes that is compared byte by byte, spaces at its end too, and never read.</summary>
    public virtual string Text => Name;

    /// <summary>What stands behind a table's columns.</summary>
    public abstract string TableEnd { get; }

    /// <summary>What a relay's connection is told first: one statement each.</summary>
    /// <param name="patience">How long the server waits for a relay that stands still in a transaction.</param>
    public abstract IReadOnlyList<string> Begin(TimeSpan patience);

    /// <summary>A query for the names and values of the settings that <see cref="Begin"/> changes; null: <see cref="Restore"/> needs none.</summary>
    public virtual string? Settings => null;

    /// <summary>What makes a session as it was before <see cref="Begin"/>: one statement each.</summary>
    /// <param name="settings">What <see cref="Settings"/> answered before; empty: it was not asked, or did not answer.</param>
    public virtual IReadOnlyList<string> Restore(IReadOnlyList<(string Name, string Value)> settings) => [];

    /// <summary>Keeps others from migrating at the same time, within a transaction where the database has such.</summary>
    public abstract IReadOnlyList<string> BeginMigration { get; }

    /// <summary>The same as a query, which answers 1 where nobody else migrates any more; null: it is a statement, or needs nothing.</summary>
    public virtual string? MigrationLock => null;

    /// <summary>The same is over.</summary>
    public abstract IReadOnlyList<string> EndMigration { get; }

    /// <summary>Counts tables of the name <c>@name</c>.</summary>
    public abstract string CountTables { get; }

    /// <summary>An index within the making of a table; empty: it is made by a statement of its own.</summary>
    public abstract string InlineIndex(IndexName index, string columns);

    /// <summary>Makes an index that is not there; null: it was made with its table.</summary>
    public abstract string? CreateIndex(IndexName index, TableName table, string columns);

    /// <summary>What makes a statement use an index that it would else be free to leave out; empty: nothing is needed.</summary>
    public abstract string Force(IndexName index);

    /// <summary>
    /// Changes rows by <c>@rows</c>, a JSON array of arrays whose first number is the id.
    /// </summary>
    /// <param name="table">The table.</param>
    /// <param name="columns">The columns that the further numbers are for.</param>
    /// <param name="further">Further assignments; null: none.</param>
    public abstract string UpdateByRows(TableName table, IReadOnlyList<string> columns, string? further);

    /// <summary>Deletes the first <c>@count</c> rows of a state by id, of those what changed before <c>@before</c>.</summary>
    public abstract string DeleteSent(TableName table);

    /// <summary>Deletes at most <c>@count</c> rows that are older than <c>@before</c>.</summary>
    public abstract string DeleteDone(TableName table);

    /// <summary>
    /// Inserts <c>@group, @id</c> with the database's clock; touches one row where they are new. Where another transaction has them and is
    /// not over, waits for it.
    /// </summary>
    public abstract string InsertDone(TableName table);

    /// <summary>Whether a row was new, by how many rows <see cref="InsertDone"/> touched.</summary>
    public bool IsNew(int touched) => touched == 1;

    /// <summary>Inserts a row, or does nothing where its key is there.</summary>
    /// <param name="table">The table.</param>
    /// <param name="columns">All columns, the key first.</param>
    /// <param name="values">Their values.</param>
    public abstract string InsertOnce(TableName table, IReadOnlyList<string> columns, string values);
}
