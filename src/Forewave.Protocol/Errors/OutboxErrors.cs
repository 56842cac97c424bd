namespace Forewave.Protocol.Errors;

/// <summary>Errors 10xx: the outbox and the inbox, in a database of the program's own. No broker sends them.</summary>
internal static class OutboxErrors
{
    public static ErrorEntry[] Rows { get; } =
    [
        new()
        {
            Code = ErrorCode.OutboxSchemaMissing, HttpStatus = 503,
            Happened = "The tables of the outbox or the inbox are not in the database.",
            Advice = "Make them: OutboxSchema.MigrateAsync, or run what OutboxSchema.ScriptOf returns.",
        },
        new()
        {
            Code = ErrorCode.OutboxSchemaDiffers, HttpStatus = 503,
            Happened = "The tables of the outbox or the inbox have another version than this program's package knows.",
            Advice = "Migrate older ones with OutboxSchema.MigrateAsync; where they are newer, upgrade the package.",
        },
        new()
        {
            Code = ErrorCode.OutboxDatabaseUnsupported, HttpStatus = 501,
            Happened = "The database lacks what the outbox needs.",
            Advice = "Use MySQL 8.0, MariaDB 10.6, PostgreSQL 12, SQLite 3.33 or a later one of these.",
        },
        new()
        {
            Code = ErrorCode.OutboxLockLost, HttpStatus = 409, Retry = RetryAdvice.Same,
            Happened = "Another relay has taken the outbox's lock: this one changes nothing any more.",
            Advice = "Nothing is to be done; the relay stands by and takes its turn again.",
        },
        new()
        {
            Code = ErrorCode.OutboxInDoubt, HttpStatus = 409, Stored = StoredOutcome.Unknown,
            Happened = "The broker has forgotten the outbox's producer since the row was claimed: whether its message is stored cannot be told.",
            Advice = "Look for the message in its queue, then send the row again or discard it: docs/guides/outbox.md.",
        },
        new()
        {
            Code = ErrorCode.OutboxRowNotFound, HttpStatus = 404,
            Happened = "The outbox has no such row that was set aside.",
            Advice = "List them: it may have been sent again or discarded meanwhile.",
        },
    ];
}
