namespace Forewave.Storage.MySql.Schema;

/// <summary>All steps of the schema, in order. docs/mysql-schema.md explains the tables.</summary>
internal static class Migrations
{
    internal static IReadOnlyList<Migration> All { get; } =
    [
        new()
        {
            Number = 1,
            Name = "log, fences, state",
            OldestReader = 1,
            Statements = names =>
            [
                Log(names), Fence(names.Log), Fence(names.Queues), State(names), Slice(names),
            ],
        },
        new()
        {
            Number = 2,
            Name = "queues, days, pending, dead letters, traces",
            OldestReader = 1,
            Statements = names => [Queue(names), Day(names), Pending(names), Dead(names), Trace(names)],
        },
        new()
        {
            Number = 3,
            Name = "trails of operations on dead letters",
            OldestReader = 1,
            Statements = names => [Trail(names)],
        },
        new()
        {
            Number = 4,
            Name = "where each epoch began",
            OldestReader = 1,
            Statements = names => [Epoch(names)],
        },
    ];

    // A slice is cut off the open end ahead of use, while that is empty: so no append ever waits for an ALTER.
    private static string Log(SchemaNames names) => $"""
        CREATE TABLE IF NOT EXISTS {names.Log}.MQ_LOG (
            log_id BIGINT UNSIGNED NOT NULL COMMENT 'log position of the first message',
            type TINYINT UNSIGNED NOT NULL COMMENT 'record type: 1 published, 5 leased, 6 settled, ...',
            messages INT UNSIGNED NOT NULL COMMENT 'positions that the record takes',
            publish_time DATETIME(3) NOT NULL COMMENT 'UTC',
            queue INT UNSIGNED NOT NULL COMMENT 'MQ_QUEUE.number; 0 none',
            publisher INT UNSIGNED NOT NULL COMMENT 'producer number or group id',
            sequence BIGINT UNSIGNED NOT NULL,
            extra BIGINT UNSIGNED NOT NULL,
            content LONGBLOB NOT NULL,
            PRIMARY KEY (log_id)
        ) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin
        COMMENT = 'appended to, never updated; slices are dropped when they are moved'
        PARTITION BY RANGE (log_id) (PARTITION open VALUES LESS THAN MAXVALUE)
        """;

    private static string Fence(string database) => $"""
        CREATE TABLE IF NOT EXISTS {database}.MQ_FENCE (
            `partition` SMALLINT UNSIGNED NOT NULL,
            role ENUM('log', 'mover', 'state') NOT NULL,
            epoch INT UNSIGNED NOT NULL,
            position BIGINT UNSIGNED NOT NULL COMMENT 'written through here: the answer to an unknown COMMIT',
            PRIMARY KEY (`partition`, role)
        ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin
        COMMENT = 'one row for each writing role; every transaction begins by updating its row under its epoch'
        """;

    private static string State(SchemaNames names) => $"""
        CREATE TABLE IF NOT EXISTS {names.Queues}.MQ_STATE (
            half TINYINT UNSIGNED NOT NULL COMMENT 'checkpoint modulo 2: a checkpoint is written while the last one stays',
            checkpoint BIGINT UNSIGNED NOT NULL,
            part INT UNSIGNED NOT NULL COMMENT 'counts the rows: a part that is long has several',
            ends TINYINT UNSIGNED NOT NULL COMMENT '1: the last row of its part',
            kind TINYINT UNSIGNED NOT NULL,
            id INT UNSIGNED NOT NULL,
            dispatched BIGINT UNSIGNED NOT NULL,
            tail BIGINT UNSIGNED NOT NULL,
            state LONGBLOB NOT NULL,
            PRIMARY KEY (half, checkpoint, part)
        ) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin
        COMMENT = 'the engine at the last checkpoints; MQ_FENCE says which one holds'
        PARTITION BY LIST (half) (PARTITION even VALUES IN (0), PARTITION odd VALUES IN (1))
        """;

    private static string Slice(SchemaNames names) => $"""
        CREATE TABLE IF NOT EXISTS {names.Queues}.MQ_SLICE (
            slice BIGINT UNSIGNED NOT NULL,
            page INT UNSIGNED NOT NULL,
            bytes VARBINARY(4096) NOT NULL,
            PRIMARY KEY (slice, page)
        ) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin
        COMMENT = 'pages that the engine sorted itself: deduplication ids'
        PARTITION BY LIST (slice) (PARTITION none VALUES IN (0))
        """;

    private static string Queue(SchemaNames names) => $"""
        CREATE TABLE IF NOT EXISTS {names.Queues}.MQ_QUEUE (
            number INT UNSIGNED NOT NULL,
            name VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'also the name of its table',
            made DATETIME(3) NOT NULL COMMENT 'UTC',
            PRIMARY KEY (number),
            UNIQUE KEY (name)
        ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin
        """;

    private static string Day(SchemaNames names) => $"""
        CREATE TABLE IF NOT EXISTS {names.Queues}.MQ_DAY (
            queue INT UNSIGNED NOT NULL,
            band TINYINT UNSIGNED NOT NULL COMMENT 'priority band: offsets count within one',
            day INT UNSIGNED NOT NULL COMMENT 'year, month, day: 20261121',
            first_offset BIGINT UNSIGNED NOT NULL,
            first_id BIGINT UNSIGNED NOT NULL,
            PRIMARY KEY (queue, band, day)
        ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin
        COMMENT = 'in which day slice of its table an offset stands'
        """;

    private static string Pending(SchemaNames names) => $"""
        CREATE TABLE IF NOT EXISTS {names.Queues}.MQ_PENDING (
            lane INT UNSIGNED NOT NULL COMMENT 'hour, day or month in which the messages are due',
            place BIGINT UNSIGNED NOT NULL,
            id BIGINT UNSIGNED NOT NULL,
            type TINYINT UNSIGNED NOT NULL,
            publish_time DATETIME(3) NOT NULL COMMENT 'UTC',
            publisher INT UNSIGNED NOT NULL,
            sequence BIGINT UNSIGNED NOT NULL,
            extra BIGINT UNSIGNED NOT NULL COMMENT 'keys, queue and due time',
            content LONGBLOB NOT NULL,
            PRIMARY KEY (lane, place),
            KEY (id)
        ) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin
        COMMENT = 'delayed messages; a lane is a slice, dropped when its time is over'
        PARTITION BY LIST (lane) (PARTITION none VALUES IN (0))
        """;

    private static string Dead(SchemaNames names) => $"""
        CREATE TABLE IF NOT EXISTS {names.Queues}.MQ_DEAD (
            day INT UNSIGNED NOT NULL COMMENT 'on which it died: 20261121',
            dead_index INT UNSIGNED NOT NULL COMMENT 'one for each group',
            place BIGINT UNSIGNED NOT NULL,
            id BIGINT UNSIGNED NOT NULL,
            death_time DATETIME(3) NOT NULL COMMENT 'UTC',
            group_id INT UNSIGNED NOT NULL,
            queue BIGINT UNSIGNED NOT NULL,
            `offset` BIGINT UNSIGNED NOT NULL COMMENT 'in its queue',
            content LONGBLOB NOT NULL COMMENT 'reason, history, and a copy of the message',
            PRIMARY KEY (day, dead_index, place),
            KEY (id)
        ) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin
        PARTITION BY LIST (day) (PARTITION none VALUES IN (0))
        """;

    private static string Trace(SchemaNames names) => $"""
        CREATE TABLE IF NOT EXISTS {names.Queues}.MQ_TRACE (
            day INT UNSIGNED NOT NULL COMMENT 'on which it was written: 20261121',
            trace_index INT UNSIGNED NOT NULL COMMENT 'one for each queue that is traced',
            place BIGINT UNSIGNED NOT NULL,
            id BIGINT UNSIGNED NOT NULL,
            trace_time DATETIME(3) NOT NULL COMMENT 'UTC',
            group_id INT UNSIGNED NOT NULL,
            sequence BIGINT UNSIGNED NOT NULL,
            extra BIGINT UNSIGNED NOT NULL,
            content LONGBLOB NOT NULL COMMENT 'another record of the group, once more',
            PRIMARY KEY (day, trace_index, place),
            KEY (id)
        ) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin
        PARTITION BY LIST (day) (PARTITION none VALUES IN (0))
        """;

    private static string Epoch(SchemaNames names) => $"""
        CREATE TABLE IF NOT EXISTS {names.Queues}.MQ_EPOCH (
            `partition` SMALLINT UNSIGNED NOT NULL,
            epoch INT UNSIGNED NOT NULL,
            after BIGINT UNSIGNED NOT NULL COMMENT 'last log position before its first',
            opened DATETIME(3) NOT NULL COMMENT 'UTC',
            PRIMARY KEY (`partition`, epoch)
        ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin
        COMMENT = 'one row for each opening of the partition'
        """;

    private static string Trail(SchemaNames names) => $"""
        CREATE TABLE IF NOT EXISTS {names.Queues}.MQ_TRAIL (
            day INT UNSIGNED NOT NULL COMMENT 'on which it was written: 20261121',
            trail_index INT UNSIGNED NOT NULL COMMENT 'one for each queue of which dead letters were redriven or purged',
            place BIGINT UNSIGNED NOT NULL,
            id BIGINT UNSIGNED NOT NULL,
            step_time DATETIME(3) NOT NULL COMMENT 'UTC',
            group_id INT UNSIGNED NOT NULL,
            operation BIGINT UNSIGNED NOT NULL COMMENT 'counts within its group',
            extra BIGINT UNSIGNED NOT NULL,
            content LONGBLOB NOT NULL COMMENT 'who asked for what, which letters, how it ended',
            PRIMARY KEY (day, trail_index, place),
            KEY (id)
        ) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin
        PARTITION BY LIST (day) (PARTITION none VALUES IN (0))
        """;
}
