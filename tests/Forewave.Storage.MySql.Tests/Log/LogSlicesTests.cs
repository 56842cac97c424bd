using Forewave.Protocol;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Log;
using Forewave.Storage.MySql.Schema;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Log;

[Collection(MariaDbGroup.Name)]
[Trait("Suite", "mysql")]
public sealed class LogSlicesTests(MariaDbServer server)
{
    private const int Records = 100;

    private static readonly Epoch First = new(1);

    private readonly SchemaNames _names = server.NewNames();
    private readonly SteppedClock _clock = new();

    [Fact]
    public void Slices_are_ended_for_an_hour_ahead_at_the_rate_of_late()
    {
        using Connection root = Prepared();
        var table = new LogTable(_names);
        _clock.Stop();
        var slices = new LogSlices(table, _clock);
        Unheld.Do(() => IsOpened(slices, root, At(0)));
        ulong slow = table.Slices(root)[^1].Bits;

        _clock.Move(TimeSpan.FromSeconds(200));
        LogPosition tail = Worked(slices, root, At(2_000_000));

        IReadOnlyList<LogPosition> ends = table.Slices(root);
        Assert.InRange(slow, At(LogSlices.Positions).Bits, At(4 * LogSlices.Positions).Bits);
        Assert.InRange(ends[^1].Bits - tail.Bits, 36_000_000UL, 40_000_000UL);
        Assert.InRange(ends.Count, 30, 70);
        Assert.Equal(ends.Order(), ends);
    }

    [Fact]
    public void Slices_that_somebody_holds_off_are_ended_some_positions_later()
    {
        using Connection root = Prepared();
        var table = new LogTable(_names);
        var slices = new LogSlices(table, _clock);
        Unheld.Do(() => IsOpened(slices, root, At(0)));
        int opened = slices.Count;
        using Connection view = Connection.Open(server.Administrator);
        view.Begin();
        Assert.Equal(0, Rows(view, table));
        LogPosition tail = At(2_000_000);

        slices.Work(root, tail);
        (int held, bool isDue) = (slices.Count, slices.IsDue(tail));
        view.Rollback();
        slices.Work(root, tail);
        int same = slices.Count;
        LogPosition ended = Worked(slices, root, tail);

        Assert.Equal((opened, false, opened), (held, isDue, same));
        Assert.InRange(ended.Bits - tail.Bits, LogSlices.RetryPositions, 100 * LogSlices.RetryPositions);
        Assert.True(slices.Count > opened);
    }

    [Fact]
    public void Open_slice_with_rows_is_ended_when_what_nobody_needs_of_it_is_deleted()
    {
        using Connection root = Prepared();
        var table = new LogTable(_names);
        int rows = LogSlices.DeletedAtOnce + Records;
        var group = new LogGroup();
        for (int i = 1; i <= rows; i++)
        {
            group.Add(new RecordHeader { Type = RecordType.Settled, Position = At((ulong)i), Count = 1, Time = new Timestamp(i) }, [1, 2, 3]);
        }

        table.Insert(root, group);
        LogPosition tail = At((ulong)rows);
        var slices = new LogSlices(table, _clock);

        slices.Open(root, tail);
        int opened = table.Slices(root).Count;
        slices.Need(At((ulong)rows - 10));
        tail = tail.Plus(1 << 14);
        slices.Work(root, tail);
        (int afterOne, bool goesOn) = (Rows(root, table), slices.IsDue(tail));
        tail = Worked(slices, root, tail);

        Assert.Equal((0, Records, true), (opened, afterOne, goesOn));
        // The record that the position is in stays, and what comes after it.
        Assert.Equal(11, Rows(root, table));
        Assert.NotEmpty(table.Slices(root));
        Assert.False(table.HasOpenRows(root));
        Assert.False(slices.IsDue(tail));
    }

    [Fact]
    public void Slices_before_what_is_needed_are_dropped_and_no_others()
    {
        using Connection root = Prepared();
        var table = new LogTable(_names);
        var slices = new LogSlices(table, _clock);
        Unheld.Do(() => IsOpened(slices, root, At(0)));
        IReadOnlyList<LogPosition> ends = table.Slices(root);
        Insert(root, table, At(1), At(ends[0].Number - 1), ends[0], At(ends[1].Number - 1));

        slices.Need(At(ends[0].Number - 1));
        bool isDueTooEarly = slices.IsDue(At(2));
        slices.Need(ends[0]);
        bool isDue = slices.IsDue(At(2));
        Unheld.Do(() => IsDropped(slices, root, ends[0]));

        Assert.Equal((false, true, false), (isDueTooEarly, isDue, slices.IsDue(At(2))));
        Assert.Equal(1, slices.Dropped);
        Assert.Equal(ends.Skip(1), table.Slices(root));
        Assert.Equal([ends[0], At(ends[1].Number - 1)], Positions(root, table));
    }

    [Fact]
    public void Slice_that_somebody_reads_is_dropped_when_he_is_gone()
    {
        using Connection root = Prepared();
        var table = new LogTable(_names);
        var slices = new LogSlices(table, _clock);
        Unheld.Do(() => IsOpened(slices, root, At(0)));
        LogPosition end = table.Slices(root)[0];
        Insert(root, table, At(1));
        using Connection view = Connection.Open(server.Administrator);
        view.Execute("SET tx_isolation = 'REPEATABLE-READ'");
        view.Begin();
        int seen = Rows(view, table);

        slices.Need(end);
        slices.Work(root, At(2));
        (long held, bool isDue, int left) = (slices.Dropped, slices.IsDue(At(2)), Rows(view, table));
        view.Rollback();
        Unheld.Do(() => IsDropped(slices, root, end));

        Assert.Equal((0, false, 1, 1), (held, isDue, seen, left));
        Assert.Equal((1, 0), (slices.Dropped, Rows(root, table)));
    }

    private static bool IsDropped(LogSlices slices, Connection connection, LogPosition needed)
    {
        long before = slices.Dropped;
        // As a checkpoint does: what was refused is asked for again.
        slices.Need(needed);
        slices.Work(connection, At(2));
        return slices.Dropped > before;
    }

    private static void Insert(Connection connection, LogTable table, params ReadOnlySpan<LogPosition> positions)
    {
        var group = new LogGroup();
        foreach (LogPosition position in positions)
        {
            group.Add(new RecordHeader { Type = RecordType.Settled, Position = position, Count = 1, Time = new Timestamp(1) }, [1, 2, 3]);
        }

        table.Insert(connection, group);
    }

    // The server's own purge holds a table for a moment: what it refuses is tried again so many positions later.
    private static LogPosition Worked(LogSlices slices, Connection connection, LogPosition tail)
    {
        int before = slices.Count;
        Unheld.Do(() =>
        {
            slices.Work(connection, tail);
            bool isWorked = slices.Count > before;
            tail = isWorked ? tail : tail.Plus(LogSlices.RetryPositions);
            return isWorked;
        });
        return tail;
    }

    private static bool IsOpened(LogSlices slices, Connection connection, LogPosition tail)
    {
        slices.Open(connection, tail);
        return slices.Count > 1;
    }

    private static LogPosition At(ulong number) => new(First, number);

    private static int Rows(Connection connection, LogTable table) => Positions(connection, table).Count;

    private static List<LogPosition> Positions(Connection connection, LogTable table)
    {
        var positions = new List<LogPosition>();
        table.Read(connection, LogPosition.None, (in RecordHeader header, ReadOnlySpan<byte> _) => positions.Add(header.Position));
        return positions;
    }

    private Connection Prepared()
    {
        Connection root = Connection.Open(server.Administrator);
        new SchemaUpgrade(_names, Migrations.All, TimeProvider.System).Apply(root, finalize: false);
        return root;
    }
}
