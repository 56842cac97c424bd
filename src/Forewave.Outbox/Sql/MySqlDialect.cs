using System.Globalization;

namespace Forewave.Outbox.Sql;

/// <summary>MySQL 8.0 and MariaDB 10.6: JSON_TABLE. No statement raises a warning: a driver of Oracle's breaks its connection to MariaDB at one.</summary>
internal sealed class MySqlDialect : Dialect
{
    public override string Now => "(TIMESTAMPDIFF(MICROSECOND, '1970-01-01', UTC_TIMESTAMP(3)) DIV 1000)";

    public override string Identity => "BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY";

    public override string Blob => "LONGBLOB";

    public override string ShortBytes => "VARBINARY(255)";

    public override string Name => "VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin";

    // Binary collations pad with spaces.
    public override string Text => "VARBINARY(64)";

    public override string TableEnd => "ENGINE=InnoDB";

    public override IReadOnlyList<string> Begin(TimeSpan patience) =>
    [
        "SET SESSION sql_notes = 0",
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
        string.Create(CultureInfo.InvariantCulture, $"SET SESSION wait_timeout = {Math.Max(1, (int)Math.Ceiling(patience.TotalSeconds))}"),
        string.Create(CultureInfo.InvariantCulture, $"SET SESSION innodb_lock_wait_timeout = {Math.Max(1, (int)Math.Ceiling(patience.TotalSeconds))}"),
    ];

    // SHOW would do for all, but Oracle's driver cannot read MariaDB's names as they are; each of the two leaves out what is told the other.
    public override string? Settings => """
        SELECT LOWER(CAST(variable_name AS CHAR)), CAST(variable_value AS CHAR)
        FROM /*M! information_schema.session_variables */ /*!80000 performance_schema.session_variables */
        WHERE variable_name IN ('sql_notes', 'wait_timeout', 'innodb_lock_wait_timeout', 'transaction_isolation', 'tx_isolation')
        """;

    // The isolation has two names in MariaDB from 11.1, of which the older one raises a warning; sql_notes comes last.
    public override IReadOnlyList<string> Restore(IReadOnlyList<(string Name, string Value)> settings) =>
    [
        .. settings.Where(one => one.Name != "tx_isolation" || !settings.Any(other => other.Name == "transaction_isolation"))
            .OrderBy(one => one.Name == "sql_notes")
            .Select(one => $"SET SESSION {one.Name} = {(one.Value.All(char.IsAsciiDigit) ? one.Value : $"'{one.Value}'")}"),
    ];

    public override IReadOnlyList<string> BeginMigration => ["SET SESSION sql_notes = 0"];

    public override string? MigrationLock => "SELECT GET_LOCK('forewave_schema', 60)";

    public override IReadOnlyList<string> EndMigration => ["DO RELEASE_LOCK('forewave_schema')", "SET SESSION sql_notes = 1"];

    public override string CountTables => "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = @name";

    public override string InlineIndex(IndexName index, string columns) => $", INDEX {index} ({columns})";

    public override string? CreateIndex(IndexName index, TableName table, string columns) => null;

    public override string Force(IndexName index) => $" FORCE INDEX ({index})";

    // By the key, whatever the optimizer says of small tables: a scan waits for the rows of everybody's open transactions.
    public override string UpdateByRows(TableName table, IReadOnlyList<string> columns, string? further)
    {
        string numbers = string.Concat(columns.Select((column, i) => $", n{i} BIGINT PATH '$[{i + 1}]'"));
        string assignments = string.Join(", ", columns.Select((column, i) => $"o.{column} = v.n{i}").Concat(further is null ? [] : [further]));
        return $"UPDATE JSON_TABLE(@rows, '$[*]' COLUMNS (id BIGINT PATH '$[0]'{numbers})) v STRAIGHT_JOIN {table} o FORCE INDEX (PRIMARY) ON o.id = v.id SET {assignments}";
    }

    public override string DeleteSent(TableName table) => $"""
        DELETE o FROM (SELECT id FROM {table} FORCE INDEX ({table}_state) WHERE state = 2 ORDER BY id LIMIT @count) c
            STRAIGHT_JOIN {table} o FORCE INDEX (PRIMARY) ON o.id = c.id
        WHERE o.state = 2 AND o.changed_at < @before
        """;

    public override string DeleteDone(TableName table) => $"DELETE FROM {table} WHERE done_at < @before ORDER BY done_at LIMIT @count";

    // Of a row that is there it touches two: so it is, whether the driver counts found or changed ones.
    public override string InsertDone(TableName table) => $"""
        INSERT INTO {table} (consumer_group, message_id, done_at, repeats) VALUES (@group, @id, {Now}, 0)
        ON DUPLICATE KEY UPDATE repeats = repeats + 1
        """;

    public override string InsertOnce(TableName table, IReadOnlyList<string> columns, string values) =>
        $"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ({values}) ON DUPLICATE KEY UPDATE {columns[0]} = {table}.{columns[0]}";
}
