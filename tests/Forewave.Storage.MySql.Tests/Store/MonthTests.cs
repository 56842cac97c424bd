using Forewave.Protocol;
using Forewave.Storage.Conformance;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Tests.Conformance;
using Forewave.Storage.MySql.Tests.Server;
using Xunit.Abstractions;

namespace Forewave.Storage.MySql.Tests.Store;

/// <summary>Days that come and go on a moved clock: what the store takes does not grow with them. A month of them at night.</summary>
[Collection(MariaDbGroup.Name)]
[Trait("Suite", "mysql")]
public sealed class MonthTests(MariaDbServer server, ITestOutputHelper output)
{
    // A queue with less of them in a day keeps its slice for a week.
    private const int MessagesOfDay = 10_000;

    // As many as a slice of the log has, in a record that stands for all the others of a day.
    private const int PositionsOfDay = 1 << 20;
    private const int MessagesOfRecord = 1_000;
    private const int RetainedDays = 3;

    [Fact]
    public async Task Rows_files_and_purge_lag_stay_as_they_are_while_days_come_and_go()
    {
        int days = Environment.GetEnvironmentVariable("FOREWAVE_NIGHTLY") == "1" ? 30 : 8;
        await using var place = new DatabasePlace(server);
        var clock = new SteppedClock();
        await using OpenedStore open = await OpenedStore.OpenAsync(place, clock);
        using Connection root = Connection.Open(server.Administrator);
        string[] bodies = [.. Enumerable.Range(0, MessagesOfRecord).Select(i => $"message {i}")];
        var footprints = new List<Footprint>();

        for (int day = 0; day < RetainedDays + days; day++)
        {
            // The first day has none: the rate at which slices are ended ahead is that of a day, not of the test's first moment.
            if (day > 0)
            {
                await open.CommitAsync(MessageRuns.Other(RecordType.Settled, 1) with { Count = PositionsOfDay });
            }

            for (int i = 0; i < MessagesOfDay; i += MessagesOfRecord)
            {
                await open.CommitAsync(MessageRuns.Published(1, bodies));
            }

            await Settled(open);
            open.Store.Expire(1, new Offset((Math.Max(0, day - RetainedDays) * (long)MessagesOfDay) + 1));
            await open.Store.CheckpointAsync(open.Engine, CancellationToken.None);
            await open.Store.ReclaimAsync(CancellationToken.None);
            await Settled(open);
            footprints.Add(Take(root, place));
            output.WriteLine($"day {day}: {footprints[^1]}");
            clock.Move(TimeSpan.FromDays(1));
        }

        Footprint full = footprints[RetainedDays + 1];
        foreach (Footprint later in footprints.Skip(RetainedDays + 2))
        {
            // The server's own purge may hold a slice over a day.
            Assert.InRange(later.Slices, 1UL, full.Slices + 2);
            Assert.InRange(later.Rows, 1UL, full.Rows + (2 * MessagesOfDay));
            Assert.InRange(later.LogSlices, 1UL, full.LogSlices + 5);
            Assert.InRange(later.FileBytes, 1UL, full.FileBytes * 2);
            Assert.InRange(later.History, 0UL, 10_000UL);
        }

        // Each day ends a slice of the log; the last two checkpoints may need the newest ones.
        Assert.InRange(open.Store.Usage.RecycledSegments, days / 2, RetainedDays + days);
        Assert.Equal(MessagesOfDay * (RetainedDays + 1), (await open.ReadAllAsync(1)).Count);
    }

    private static Task Settled(OpenedStore open) => ((MySqlStore)open.Store).Mover.SettledAsync();

    private static Footprint Take(Connection root, DatabasePlace place) => new(
        Number(root, $"SELECT COUNT(*) FROM {place.Names.Queues}.`#1`"),
        Slices(root, place.Names.Queues, "#1"),
        Slices(root, place.Names.Log, "MQ_LOG"),
        Number(root, $"""
            SELECT CAST(SUM(FILE_SIZE) AS UNSIGNED) FROM information_schema.INNODB_SYS_TABLESPACES
            WHERE NAME LIKE '{place.Names.Queues}/%'
            """),
        Number(root, "SELECT CAST(COUNT AS UNSIGNED) FROM information_schema.INNODB_METRICS WHERE NAME = 'trx_rseg_history_len'"));

    private static ulong Slices(Connection root, string schema, string table) =>
        Number(root, $"SELECT COUNT(*) FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = '{schema}' AND TABLE_NAME = '{table}'");

    private static ulong Number(Connection connection, string sql)
    {
        var row = new ResultRow(ColumnType.Unsigned);
        using RowReader reader = connection.Prepare(sql).Query(null, row);
        return reader.Next() ? row.Unsigned(0) : 0;
    }

    private readonly record struct Footprint(ulong Rows, ulong Slices, ulong LogSlices, ulong FileBytes, ulong History);
}
