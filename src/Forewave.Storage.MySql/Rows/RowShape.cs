using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Indexes;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Schema;

namespace Forewave.Storage.MySql.Rows;

/// <summary>
/// How the rows of one kind of index lie in their table: which columns, in which order, under which key. Immutable. The columns
/// are, for every kind and as far as it has them: slice, index, place, id, type, time, source, sequence, extra, content.
/// </summary>
internal sealed class RowShape
{
    private readonly string _columns;
    private readonly bool _hasType;
    private readonly RecordType _type;

    private RowShape(IndexKind kind, string columns, RecordType type = RecordType.None)
    {
        Kind = kind;
        _columns = columns;
        _type = type;
        _hasType = type == RecordType.None;
    }

    /// <summary>Messages of a queue.</summary>
    public static RowShape OfQueue { get; } = new(
        IndexKind.Queue, "day, band, `offset`, id, type, publish_time, publisher, sequence, extra, content");

    /// <summary>Scheduled messages; their slice is the lane.</summary>
    public static RowShape OfLane { get; } = new(
        IndexKind.Lane, "lane, place, id, type, publish_time, publisher, sequence, extra, content");

    /// <summary>Dead letters.</summary>
    public static RowShape OfDead { get; } = new(
        IndexKind.Dead, "day, dead_index, place, id, death_time, group_id, `offset`, queue, content", RecordType.DeadLettered);

    /// <summary>Traces.</summary>
    public static RowShape OfTrace { get; } = new(
        IndexKind.Trace, "day, trace_index, place, id, trace_time, group_id, sequence, extra, content", RecordType.Traced);

    /// <summary>Steps of operations on dead letters.</summary>
    public static RowShape OfTrail { get; } = new(
        IndexKind.Trail, "day, trail_index, place, id, step_time, group_id, operation, extra, content", RecordType.DeadOperated);

    /// <summary>The kind of index.</summary>
    public IndexKind Kind { get; }

    /// <summary>The shape of a kind.</summary>
    public static RowShape Of(IndexKind kind) => kind switch
    {
        IndexKind.Lane => OfLane,
        IndexKind.Dead => OfDead,
        IndexKind.Trace => OfTrace,
        IndexKind.Trail => OfTrail,
        _ => OfQueue,
    };

    /// <summary>The table of an index.</summary>
    public static SlicedTable TableOf(SchemaNames names, MessageIndexes indexes, MessageIndex index) => new(names, index.Kind switch
    {
        IndexKind.Lane => "MQ_PENDING",
        IndexKind.Dead => "MQ_DEAD",
        IndexKind.Trace => "MQ_TRACE",
        IndexKind.Trail => "MQ_TRAIL",
        _ => indexes.TableOf(index.Number.Queue),
    });

    /// <summary>The insert into a table of this shape.</summary>
    public RowInsert InsertInto(SlicedTable table) => new(
        $"INSERT INTO {table.Name} ({_columns})", new InsertedRow($"({string.Join(", ", Enumerable.Repeat("?", _columns.Count(letter => letter == ',') + 1))})"));

    /// <summary>Rows of this shape, empty.</summary>
    public ParameterRows NewRows()
    {
        var types = new List<ColumnType> { ColumnType.Unsigned, ColumnType.Unsigned, ColumnType.Unsigned };
        if (Kind != IndexKind.Lane)
        {
            types.Add(ColumnType.Unsigned);
        }

        if (_hasType)
        {
            types.Add(ColumnType.Unsigned);
        }

        return new ParameterRows([.. types, ColumnType.Time, ColumnType.Unsigned, ColumnType.Unsigned, ColumnType.Unsigned, ColumnType.Bytes]);
    }

    /// <summary>Adds a message of a record, or the record itself where it is one row.</summary>
    /// <param name="rows">Of this shape.</param>
    /// <param name="place">Index, slice and offset.</param>
    /// <param name="header">The record's.</param>
    /// <param name="which">Which message of it.</param>
    /// <param name="content">The message, or the payload.</param>
    public void Add(ParameterRows rows, in RowPlace place, in RecordHeader header, int which, ReadOnlySpan<byte> content)
    {
        ulong position = header.Position.Bits + (ulong)which;
        ulong sequence = header.Type.HasRun() ? header.Sequence + (ulong)which : header.Sequence;
        bool names = header.Type.NamesOriginal();
        rows.AddRow();
        int column = 0;
        if (Kind != IndexKind.Lane)
        {
            rows.Set(column++, (ulong)place.Slice.Day);
        }

        rows.Set(column++, (ulong)(Kind == IndexKind.Queue ? place.Index.Band : place.Index.Value));
        rows.Set(column++, (ulong)place.Offset);
        rows.Set(column++, names ? sequence : position);
        if (_hasType)
        {
            rows.Set(column++, (ulong)header.Type);
        }

        rows.Set(column++, header.Time);
        rows.Set(column++, (ulong)header.Source);
        rows.Set(column++, names ? position : sequence);
        rows.Set(column++, header.Extra);
        rows.Set(column, content);
    }

    /// <summary>Selects rows of one slice from a place up to before another, in order. By the primary key.</summary>
    public string SelectRange(SlicedTable table) => $"""
        SELECT {ReadColumns} FROM {table.Name} WHERE {KeyCondition} AND {Place} >= ? AND {Place} < ? ORDER BY {Place} LIMIT ?
        """;

    /// <summary>Selects the row of an id. By the key on it.</summary>
    public string SelectId(SlicedTable table) => $"SELECT {ReadColumns} FROM {table.Name} WHERE id = ? ORDER BY {Place} DESC LIMIT 1";

    /// <summary>Selects the scheduled message of an id, not those that gave it another time. By the key on the id.</summary>
    public string SelectScheduled(SlicedTable table) => $"SELECT {ReadColumns} FROM {table.Name} WHERE id = ? AND type = {(int)RecordType.Scheduled} LIMIT 1";

    /// <summary>Selects the time of one place of one slice. By the primary key.</summary>
    public string SelectTime(SlicedTable table) => $"SELECT {Time} FROM {table.Name} WHERE {KeyCondition} AND {Place} = ?";

    /// <summary>Selects the highest place of one slice. By the primary key.</summary>
    public string SelectEnd(SlicedTable table) => $"SELECT COALESCE(MAX({Place}), 0) FROM {table.Name} WHERE {KeyCondition}";

    /// <summary>Sets the parameters of <see cref="KeyCondition"/>; returns the next column.</summary>
    public int SetKey(ParameterRows rows, IndexNumber index, DaySlice slice)
    {
        int column = 0;
        if (Kind != IndexKind.Lane)
        {
            rows.Set(column++, (ulong)slice.Day);
        }

        rows.Set(column++, (ulong)(Kind == IndexKind.Queue ? index.Band : index.Value));
        return column;
    }

    /// <summary>How many parameters the key has.</summary>
    public int KeyColumns => Kind == IndexKind.Lane ? 1 : 2;

    /// <summary>What a row that was read says, as a record of one message; its offset stands in the first column.</summary>
    public RecordHeader HeaderOf(ResultRow row, IndexNumber index, int skip = 0)
    {
        RecordType type = _hasType ? (RecordType)row.Unsigned(skip + 2) : _type;
        ulong id = row.Unsigned(skip + 1);
        ulong sequence = row.Unsigned(skip + 5);
        bool names = type.NamesOriginal();
        return new RecordHeader
        {
            Type = type,
            Position = LogPosition.FromBits(names ? sequence : id),
            Count = 1,
            Time = row.Time(skip + 3),
            Queue = index.Value,
            Source = (uint)row.Unsigned(skip + 4),
            Sequence = names ? id : sequence,
            Extra = row.Unsigned(skip + 6),
        };
    }

    /// <summary>A row for what is selected: place, id, type, time, source, sequence, extra, content, band.</summary>
    public static ResultRow NewResult(params ReadOnlySpan<ColumnType> before) => new([
        .. before, ColumnType.Unsigned, ColumnType.Unsigned, ColumnType.Unsigned, ColumnType.Time, ColumnType.Unsigned, ColumnType.Unsigned,
        ColumnType.Unsigned, ColumnType.Bytes, ColumnType.Unsigned]);

    /// <summary>The column of the content in what is selected.</summary>
    public const int Content = 7;

    /// <summary>The column of the band, or of the index, in what is selected.</summary>
    public const int Band = 8;

    private string Place => Kind == IndexKind.Queue ? "`offset`" : "place";

    private string Time => Kind switch
    {
        IndexKind.Dead => "death_time",
        IndexKind.Trace => "trace_time",
        IndexKind.Trail => "step_time",
        _ => "publish_time",
    };

    private string KeyCondition => Kind switch
    {
        IndexKind.Lane => "lane = ?",
        IndexKind.Dead => "day = ? AND dead_index = ?",
        IndexKind.Trace => "day = ? AND trace_index = ?",
        IndexKind.Trail => "day = ? AND trail_index = ?",
        _ => "day = ? AND band = ?",
    };

    private string ReadColumns => Kind switch
    {
        IndexKind.Lane => "place, id, type, publish_time, publisher, sequence, extra, content, lane",
        IndexKind.Dead => "place, id, 7, death_time, group_id, `offset`, queue, content, dead_index",
        IndexKind.Trace => "place, id, 32, trace_time, group_id, sequence, extra, content, trace_index",
        IndexKind.Trail => "place, id, 33, step_time, group_id, operation, extra, content, trail_index",
        _ => "`offset`, id, type, publish_time, publisher, sequence, extra, content, band",
    };
}
