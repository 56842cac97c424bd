using Forewave.Storage.MySql.Indexes;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Rows;
using Forewave.Storage.MySql.Schema;

namespace Forewave.Storage.MySql.Moving;

/// <summary>
/// Which slices the tables have, and which one rows go into. For the mover's thread: what it knows is what it made or read, and is
/// forgotten with its connection.
/// </summary>
internal sealed class TableSlices(TimeProvider time)
{
    // A queue that gets less than so many messages keeps its slice for a week.
    private const long QuietMessages = 10_000;
    private const int QuietDays = 7;

    private readonly Dictionary<string, SortedSet<ulong>> _known = [];

    /// <summary>Everything is to be read anew.</summary>
    public void Forget() => _known.Clear();

    /// <summary>The slices of a table; none where it is not there.</summary>
    /// <exception cref="Connections.DatabaseException">The connection is lost.</exception>
    public SortedSet<ulong> Of(Connection connection, SlicedTable table)
    {
        if (!_known.TryGetValue(table.Name, out SortedSet<ulong>? slices))
        {
            slices = table.Slices(connection);
            _known.Add(table.Name, slices);
        }

        return slices;
    }

    /// <summary>The table was dropped.</summary>
    public void Forget(SlicedTable table) => _known.Remove(table.Name);

    /// <summary>
    /// The day slice for an index's next rows: today's, or the newest one while today's cannot be made, or while the queue is
    /// quiet. Never one before its newest. Null: none can be had now.
    /// </summary>
    /// <exception cref="Connections.DatabaseException">The server refused.</exception>
    public DaySlice? ForRows(Connection connection, SlicedTable table, MessageIndex index)
    {
        SortedSet<ulong> slices = Of(connection, table);
        if (index.Kind == IndexKind.Lane)
        {
            return TryMake(connection, table, index.Number.Value) ? default(DaySlice) : null;
        }

        DaySlice today = DaySlice.Of(Timestamp.From(time.GetUtcNow()));
        DaySlice? newest = index.NewestDay;
        if (slices.Count == 0 && index.Kind == IndexKind.Queue)
        {
            new QueueTable(table).Make(connection, today);
            slices.Add(today.Day);
        }

        if (newest is { } day && slices.Contains(day.Day) && (day.Day >= today.Day || IsQuiet(index, day, today)))
        {
            return day;
        }

        ulong latest = slices.Count > 0 ? slices.Max : 0;
        return latest > today.Day ? new DaySlice((uint)latest)
            : TryMake(connection, table, today.Day) ? today
            : latest > 0 ? new DaySlice((uint)latest) : null;
    }

    /// <summary>Makes a slice if it is not there. False: somebody holds the table.</summary>
    /// <exception cref="Connections.DatabaseException">The server refused otherwise.</exception>
    public bool TryMake(Connection connection, SlicedTable table, ulong value)
    {
        SortedSet<ulong> slices = Of(connection, table);
        if (!slices.Contains(value))
        {
            if (!table.TryAdd(connection, value))
            {
                return false;
            }

            slices.Add(value);
        }

        return true;
    }

    /// <summary>Drops a slice. False: somebody holds the table.</summary>
    /// <exception cref="Connections.DatabaseException">The server refused otherwise.</exception>
    public bool TryDrop(Connection connection, SlicedTable table, ulong value)
    {
        SortedSet<ulong> slices = Of(connection, table);
        if (!slices.Contains(value))
        {
            return true;
        }

        return table.TryDrop(connection, value) && slices.Remove(value);
    }

    private static bool IsQuiet(MessageIndex index, DaySlice newest, DaySlice today) =>
        index.Kind == IndexKind.Queue
        && today.Date.DayNumber - newest.Date.DayNumber < QuietDays
        && index.MessagesOfNewestDay < QuietMessages;
}
