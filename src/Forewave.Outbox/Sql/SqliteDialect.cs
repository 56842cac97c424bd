namespace Forewave.Outbox.Sql;

/// <summary>SQLite 3.33: UPDATE FROM. Its lock is the whole file's, and is held by whoever stands still in a transaction.</summary>
internal sealed class SqliteDialect : Dialect
{
    public override string Now => "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)";

    public override string Identity => "INTEGER PRIMARY KEY AUTOINCREMENT";

    public override string Blob => "BLOB";

    public override string ShortBytes => "BLOB";

    public override string Name => "TEXT";

    public override string TableEnd => "";

    public override IReadOnlyList<string> Begin(TimeSpan patience) => [];

    public override IReadOnlyList<string> BeginMigration => [];

    public override IReadOnlyList<string> EndMigration => [];

    public override string CountTables => "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = @name";

    public override string InlineIndex(IndexName index, string columns) => "";

    public override string? CreateIndex(IndexName index, TableName table, string columns) => $"CREATE INDEX IF NOT EXISTS {index} ON {table} ({columns})";

    public override string Force(IndexName index) => "";

    public override string UpdateByRows(TableName table, IReadOnlyList<string> columns, string? further)
    {
        string numbers = string.Concat(columns.Select((column, i) => $", json_extract(value, '$[{i + 1}]') AS n{i}"));
        string assignments = string.Join(
            ", ", columns.Select((column, i) => $"{column} = v.n{i}").Concat(further is null ? [] : [further.Replace("o.", "", StringComparison.Ordinal)]));
        return $"""
            UPDATE {table} SET {assignments}
            FROM (SELECT json_extract(value, '$[0]') AS id{numbers} FROM json_each(@rows)) v WHERE {table}.id = v.id
            """;
    }

    public override string DeleteSent(TableName table) => $"""
        DELETE FROM {table} WHERE id IN
            (SELECT id FROM (SELECT id, changed_at FROM {table} WHERE state = 2 ORDER BY id LIMIT @count) c WHERE changed_at < @before)
        """;

    public override string DeleteDone(TableName table) =>
        $"DELETE FROM {table} WHERE rowid IN (SELECT rowid FROM {table} WHERE done_at < @before ORDER BY done_at LIMIT @count)";

    public override string InsertDone(TableName table) => $"""
        INSERT INTO {table} (consumer_group, message_id, done_at, repeats) VALUES (@group, @id, {Now}, 0) ON CONFLICT DO NOTHING
        """;

    public override string InsertOnce(TableName table, IReadOnlyList<string> columns, string values) =>
        $"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ({values}) ON CONFLICT DO NOTHING";
}
