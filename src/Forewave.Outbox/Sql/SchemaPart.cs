namespace Forewave.Outbox.Sql;

/// <summary>Tables that have one version: the outbox's, or the inbox's. Immutable.</summary>
/// <param name="Name">As the table of versions has it.</param>
/// <param name="Steps">From version 0 to 1, from 1 to 2, and so on: statements, one by one.</param>
internal sealed record SchemaPart(string Name, IReadOnlyList<IReadOnlyList<string>> Steps)
{
    /// <summary>The version that this package works with.</summary>
    public int Version => Steps.Count;

    public static SchemaPart Outbox(OutboxTables tables, Dialect sql) => new("outbox", [OutboxOne(tables, sql)]);

    public static SchemaPart Inbox(OutboxTables tables, Dialect sql) => new("inbox", [InboxOne(tables, sql)]);

    private const string UnsentColumns = "state, id, message_bytes";

    // A step may have been broken off before: what is there already is left as it is. The index has what claims look at: what is unsent by id, with its bytes.
    private static string[] OutboxOne(OutboxTables tables, Dialect sql) =>
    [
        $"""
        CREATE TABLE IF NOT EXISTS {tables.Outbox} (
            id {sql.Identity},
            queue {sql.Name} NOT NULL,
            routing {sql.ShortBytes},
            priority SMALLINT NOT NULL,
            deliver_at BIGINT,
            expires_at BIGINT,
            created_at BIGINT NOT NULL,
            state SMALLINT NOT NULL,
            changed_at BIGINT NOT NULL,
            partition_number INTEGER,
            seq BIGINT,
            claim BIGINT,
            refused_seq BIGINT,
            alone SMALLINT NOT NULL,
            error INTEGER,
            message_bytes INTEGER NOT NULL,
            message {sql.Blob} NOT NULL{sql.InlineIndex(new IndexName(tables.Outbox + "_state"), UnsentColumns)}
        ) {sql.TableEnd}
        """,
        .. Maybe(sql.CreateIndex(new IndexName(tables.Outbox + "_state"), new TableName(tables.Outbox), UnsentColumns)),
        $"""
        CREATE TABLE IF NOT EXISTS {tables.Relay} (
            id INTEGER NOT NULL PRIMARY KEY,
            token BIGINT NOT NULL,
            holder {sql.Name} NOT NULL,
            renewed_at BIGINT NOT NULL,
            claims BIGINT NOT NULL
        ) {sql.TableEnd}
        """,
        sql.InsertOnce(new TableName(tables.Relay), ["id", "token", "holder", "renewed_at", "claims"], "1, 0, '', 0, 0"),
        $"""
        CREATE TABLE IF NOT EXISTS {tables.Lane} (
            partition_number INTEGER NOT NULL PRIMARY KEY,
            producer_id {sql.Name} NOT NULL,
            next_seq BIGINT NOT NULL
        ) {sql.TableEnd}
        """,
    ];

    private static string[] InboxOne(OutboxTables tables, Dialect sql) =>
    [
        $"""
        CREATE TABLE IF NOT EXISTS {tables.Inbox} (
            consumer_group {sql.Text} NOT NULL,
            message_id {sql.Name} NOT NULL,
            done_at BIGINT NOT NULL,
            repeats INTEGER NOT NULL,
            PRIMARY KEY (consumer_group, message_id){sql.InlineIndex(new IndexName(tables.Inbox + "_done"), "done_at")}
        ) {sql.TableEnd}
        """,
        .. Maybe(sql.CreateIndex(new IndexName(tables.Inbox + "_done"), new TableName(tables.Inbox), "done_at")),
    ];

    private static string[] Maybe(string? statement) => statement is null ? [] : [statement];
}
