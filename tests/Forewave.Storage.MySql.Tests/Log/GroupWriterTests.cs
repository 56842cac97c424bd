using Forewave.Protocol;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Log;
using Forewave.Storage.MySql.Schema;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Log;

[Collection(MariaDbGroup.Name)]
[Trait("Suite", "mysql")]
public class GroupWriterTests(MariaDbServer server)
{
    private const int Groups = 2;
    private const int RecordsOfGroup = 4;

    // Far more than a writer sends for its groups; the last cuts meet nothing.
    private const int MaxPackets = 60;

    private readonly SchemaNames _names = server.NewNames();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Group_is_committed_once_wherever_the_connection_breaks(bool isAfter)
    {
        using Connection root = Prepared();
        int cuts = 0;
        for (int packet = 1; packet <= MaxPackets; packet++, cuts++)
        {
            Epoch epoch = Fences().Raise(root);
            await using var proxy = new CuttingProxy(server.Port, new Cut(packet, isAfter));

            WriteAll(proxy, new FencePlace(epoch, Fenced(root).Position));

            Assert.Equal(Expected(epoch), Read(root, new LogPosition(epoch, 0)));
            Assert.Equal(new LogPosition(epoch, Groups * RecordsOfGroup).Bits, Fenced(root).Position);
            if (!proxy.HasCut)
            {
                break;
            }
        }

        // Connecting, setting the session up, and two groups of a transaction each.
        Assert.InRange(cuts, 10, MaxPackets - 1);
    }

    [Fact]
    public void Writer_of_an_epoch_that_is_over_commits_nothing()
    {
        using Connection root = Prepared();
        Epoch first = Fences().Raise(root);
        using var before = new GroupWriter(server.Administrator, Fences(), new LogTable(_names), new FencePlace(first, 0));
        before.Write(Group(first, 0));

        Epoch second = Fences().Raise(root);
        var refused = Assert.Throws<StoreException>(() => before.Write(Group(first, 1)));

        Assert.Equal(first.Next, second);
        Assert.Equal(ErrorCode.NotOwner, refused.Error);
        Assert.Equal(RecordsOfGroup, Read(root, LogPosition.None).Count);
        Assert.Equal(second, Fenced(root).Epoch);
    }

    [Theory]
    [InlineData("position = 0")]
    [InlineData("position = position + 1")]
    [InlineData("epoch = 0")]
    public void Writer_stops_when_the_database_is_not_as_it_left_it(string change)
    {
        using Connection root = Prepared();
        Epoch epoch = Fences().Raise(root);
        using var writer = new GroupWriter(server.Administrator, Fences(), new LogTable(_names), new FencePlace(epoch, 0));
        writer.Write(Group(epoch, 0));

        root.Execute($"UPDATE {_names.Log}.MQ_FENCE SET {change} WHERE role = 'log'");
        var refused = Assert.Throws<StoreException>(() => writer.Write(Group(epoch, 1)));

        Assert.Equal(ErrorCode.DatabaseUnusable, refused.Error);
        Assert.Contains("went back in time", refused.Message, StringComparison.Ordinal);
        Assert.Equal(RecordsOfGroup, Read(root, LogPosition.None).Count);
    }

    [Fact]
    public void Writer_looks_at_the_settings_of_the_server_that_it_comes_back_to()
    {
        using Connection root = Prepared();
        Epoch epoch = Fences().Raise(root);
        using var writer = new GroupWriter(server.Administrator, Fences(), new LogTable(_names), new FencePlace(epoch, 0));
        writer.Write(Group(epoch, 0));

        root.Execute("SET GLOBAL innodb_flush_log_at_trx_commit = 2");
        try
        {
            writer.Between(connection => root.Execute($"KILL {connection.ThreadId}"));
            var refused = Assert.Throws<StoreException>(() => writer.Write(Group(epoch, 1)));

            Assert.Equal(ErrorCode.DatabaseUnusable, refused.Error);
            Assert.Contains("innodb_flush_log_at_trx_commit", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            root.Execute("SET GLOBAL innodb_flush_log_at_trx_commit = 1");
        }

        Assert.Equal(RecordsOfGroup, Read(root, LogPosition.None).Count);
    }

    [Fact]
    public void Writer_counts_refusals_in_a_row_and_not_every_try()
    {
        using Connection root = Prepared();
        Epoch epoch = Fences().Raise(root);
        using var writer = new GroupWriter(server.Administrator, Fences(), new LogTable(_names), new FencePlace(epoch, 0));
        var failures = new List<DatabaseFailure>();
        writer.Pause = (failure, attempt) =>
        {
            failures.Add(failure.Failure);
            root.Execute(attempt == 1
                ? $"RENAME TABLE {_names.Log}.MQ_LOG TO {_names.Log}.MQ_AWAY"
                : $"RENAME TABLE {_names.Log}.MQ_AWAY TO {_names.Log}.MQ_LOG");
            return true;
        };

        writer.Between(connection => root.Execute($"KILL {connection.ThreadId}"));
        writer.Write(Group(epoch, 0));

        Assert.Equal([DatabaseFailure.ConnectionLost, DatabaseFailure.SchemaDiffers], failures);
        Assert.Equal(RecordsOfGroup, Read(root, LogPosition.None).Count);
    }

    [Fact]
    public async Task Writer_says_that_the_outcome_is_unknown_when_the_server_stays_away()
    {
        using (Connection root = Prepared())
        {
            Fences().Raise(root);
        }

        using var writer = new GroupWriter(server.Administrator, Fences(), new LogTable(_names), new FencePlace(new Epoch(1), 0));
        writer.Write(Group(new Epoch(1), 0));
        await server.KillAsync();
        try
        {
            var unknown = Assert.Throws<StoreException>(() => writer.Write(Group(new Epoch(1), 1)));

            Assert.Equal(ErrorCode.StoreUnavailable, unknown.Error);
        }
        finally
        {
            await server.StartAsync();
        }

        using Connection again = Connection.Open(server.Administrator);
        Assert.Equal(RecordsOfGroup, Read(again, LogPosition.None).Count);
    }

    [Fact]
    public void Slice_that_was_cut_is_dropped_with_what_is_below_it()
    {
        using Connection root = Prepared();
        var table = new LogTable(_names);
        Epoch epoch = Fences().Raise(root);
        using var writer = new GroupWriter(server.Administrator, Fences(), table, new FencePlace(epoch, 0));
        writer.Write(Group(epoch, 0));
        LogPosition end = new(epoch, RecordsOfGroup + 1);

        Unheld.Do(() => table.TryCut(root, end));
        writer.Write(Group(epoch, 1));
        IReadOnlyList<LogPosition> slices = table.Slices(root);
        Unheld.Do(() => table.TryDrop(root, end));

        Assert.Equal([end], slices);
        Assert.Empty(table.Slices(root));
        Assert.Equal(RecordsOfGroup, Read(root, LogPosition.None).Count);
    }

    [Fact]
    public void Read_view_on_the_log_refuses_a_cut_at_once_and_stalls_no_group()
    {
        using Connection root = Prepared();
        using Connection reader = Connection.Open(server.Administrator);
        var table = new LogTable(_names);
        Epoch epoch = Fences().Raise(root);
        using var writer = new GroupWriter(server.Administrator, Fences(), table, new FencePlace(epoch, 0));
        reader.Begin();
        Assert.Empty(Read(reader, LogPosition.None));

        bool isCut = table.TryCut(root, new LogPosition(epoch, 1));
        writer.Write(Group(epoch, 0));
        reader.Commit();

        Assert.False(isCut);
        Assert.Equal(RecordsOfGroup, Read(root, LogPosition.None).Count);
    }

    private void WriteAll(CuttingProxy proxy, FencePlace start)
    {
        ConnectionOptions options = new() { Host = "127.0.0.1", Port = proxy.Port, User = "forewave", Password = "secret", Tls = TlsMode.Off };
        using var writer = new GroupWriter(options, Fences(), new LogTable(_names), start);
        for (int group = 0; group < Groups; group++)
        {
            writer.Write(Group(start.Epoch, group));
        }
    }

    private Connection Prepared()
    {
        Connection root = Connection.Open(server.Administrator);
        new SchemaUpgrade(_names, Migrations.All, TimeProvider.System).Apply(root, finalize: false);
        return root;
    }

    private Fences Fences() => new(_names, new PartitionNumber(3));

    private FencePlace Fenced(Connection root) => Fences().Look(root, FenceRole.Log);

    private static LogGroup Group(Epoch epoch, int number)
    {
        var group = new LogGroup();
        for (int record = 0; record < RecordsOfGroup; record++)
        {
            ulong place = (ulong)((number * RecordsOfGroup) + record + 1);
            group.Add(Header(epoch, place), Payload(place));
        }

        return group;
    }

    private static RecordHeader Header(Epoch epoch, ulong place) => new()
    {
        Type = place % 2 == 0 ? RecordType.Published : RecordType.Leased,
        Position = new LogPosition(epoch, place),
        Count = 1,
        Time = new Timestamp(1_800_000_000_000 + (long)place),
        Queue = 0xF000_0001,
        Source = uint.MaxValue,
        Sequence = ulong.MaxValue - place,
        Extra = place,
    };

    private static byte[] Payload(ulong place) => [.. Enumerable.Repeat((byte)place, (int)place * 100)];

    private static List<(RecordHeader Header, string Payload)> Expected(Epoch epoch) =>
    [
        .. Enumerable.Range(1, Groups * RecordsOfGroup)
            .Select(place => (Header(epoch, (ulong)place), Convert.ToHexString(Payload((ulong)place)))),
    ];

    private List<(RecordHeader Header, string Payload)> Read(Connection connection, LogPosition after)
    {
        var found = new List<(RecordHeader, string)>();
        new LogTable(_names).Read(connection, after, (in RecordHeader header, ReadOnlySpan<byte> payload) => found.Add((header, Convert.ToHexString(payload))));
        return found;
    }
}
