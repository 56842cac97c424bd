using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;

namespace Forewave.Storage.MySql.Schema;

/// <summary>
/// The table of one queue and its day slices. All DDL goes without waiting (NOWAIT): whoever holds the table open, a dump or a
/// read view, must not stall the queue. For the thread that writes the table, between its transactions.
/// </summary>
internal sealed class QueueTable
{
    /// <summary>The table of a queue.</summary>
    public QueueTable(SchemaNames names, QueueName queue)
        : this(new SlicedTable(names, queue.Value))
    {
    }

    /// <summary>A table by its name.</summary>
    internal QueueTable(SlicedTable table) => Sliced = table;

    /// <summary>Its slices.</summary>
    public SlicedTable Sliced { get; }

    /// <summary>The table's name in SQL: a queue's name has no character that ends it.</summary>
    public string Name => Sliced.Name;

    /// <summary>Makes the table, with its first slice.</summary>
    /// <exception cref="DatabaseException">The server refused.</exception>
    public void Make(Connection connection, DaySlice first) => connection.Execute($"""
        CREATE TABLE IF NOT EXISTS {Name} (
            day INT UNSIGNED NOT NULL COMMENT 'the slice: 20261121',
            band TINYINT UNSIGNED NOT NULL COMMENT 'priority band',
            `offset` BIGINT UNSIGNED NOT NULL,
            id BIGINT UNSIGNED NOT NULL COMMENT 'log position, the second half of the message id',
            type TINYINT UNSIGNED NOT NULL COMMENT '1 published, 2 released',
            publish_time DATETIME(3) NOT NULL COMMENT 'UTC',
            publisher INT UNSIGNED NOT NULL,
            sequence BIGINT UNSIGNED NOT NULL,
            extra BIGINT UNSIGNED NOT NULL,
            content LONGBLOB NOT NULL COMMENT 'the message as its producer encoded it: proto/forewave/v1/message.proto',
            PRIMARY KEY (day, band, `offset`),
            KEY (id)
        ) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin
        PARTITION BY LIST (day) (PARTITION {first.Name} VALUES IN ({first.Day}))
        """);

    /// <summary>Makes a slice for a further day. False: somebody holds the table; rows go on into the newest slice.</summary>
    /// <exception cref="DatabaseException">The server refused otherwise.</exception>
    public bool TryAdd(Connection connection, DaySlice slice) => Sliced.TryAdd(connection, slice.Day);

    /// <summary>Drops a slice with all its rows. False: somebody holds the table; to be tried again later.</summary>
    /// <exception cref="DatabaseException">The server refused otherwise: it is the table's last slice, for one.</exception>
    public bool TryDrop(Connection connection, DaySlice slice) => Sliced.TryDrop(connection, slice.Day);

    /// <summary>The slices that are there, oldest first.</summary>
    /// <exception cref="DatabaseException">The connection is lost.</exception>
    public IReadOnlyList<DaySlice> Slices(Connection connection) =>
        [.. Sliced.Slices(connection).Select(day => new DaySlice((uint)day))];
}
