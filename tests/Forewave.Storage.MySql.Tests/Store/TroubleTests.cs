using System.Diagnostics;
using System.Text;
using Forewave.Client;
using Forewave.Client.Consuming;
using Forewave.Client.Producing;
using Forewave.Integration.Tests.Processes;
using Forewave.Protocol;
using Forewave.Server;
using Forewave.Storage.MySql.Connections;
using Forewave.Storage.MySql.Interop;
using Forewave.Storage.MySql.Tests.Conformance;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Store;

/// <summary>What a full server and its administrators do to the whole broker: it goes on by itself, with nothing lost and nothing doubled.</summary>
[Collection(MariaDbGroup.Name)]
[Trait("Suite", "mysql")]
public sealed class TroubleTests(MariaDbServer server)
{
    private const int FewMessages = 40;
    private const string Refused = "clients' messages are refused";

    private static readonly QueueName Orders = new("orders");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ToldLog _log = new();

    [Fact]
    public async Task Full_server_refuses_messages_and_takes_those_that_waited_when_there_is_room_again()
    {
        // Tables in one bounded file: what a full disk answers, without filling one. Room is made by an administrator who takes the bound away.
        await server.StopAsync();
        await server.StartAsync("--innodb-file-per-table=OFF", "--innodb-autoextend-increment=8", "--innodb-data-file-path=ibdata1:12M:autoextend:max:256M");
        try
        {
            await using var place = new DatabasePlace(server);
            await using ForewaveBroker broker = await StartAsync(place, TimeProvider.System);
            await using ForewaveClient client = ClientOf(broker);
            await using Producer producer = client.CreateProducer(Patient);
            await producer.PublishAsync(Orders, Body(0));
            await using Producer impatient = client.CreateProducer(Impatient);
            await impatient.PublishAsync(Orders, Body(1));
            Fill();

            Task<Receipt>[] waiting = Publish(producer, 2, FewMessages, bytes: 200_000);
            await UntilAsync(() => _log.Has(Refused));
            var refused = await Assert.ThrowsAnyAsync<ForewaveException>(() => impatient.PublishAsync(Orders, Body(-1)).AsTask());
            await server.StopAsync();
            await server.StartAsync();
            await Task.WhenAll(waiting).WaitAsync(Patience);

            Assert.Equal(ErrorCode.DiskFull, refused.Code);
            await AssertHasAsync(broker, FewMessages + 2);
        }
        finally
        {
            await server.StopAsync();
            await server.StartAsync();
            using Connection root = Connection.Open(server.Administrator);
            root.Execute("DROP DATABASE IF EXISTS filler");
        }
    }

    [Fact]
    public async Task Server_with_all_its_connections_refuses_messages_until_there_is_one()
    {
        await using var place = new DatabasePlace(server);
        await using ForewaveBroker broker = await StartAsync(place, TimeProvider.System);
        await using ForewaveClient client = ClientOf(broker);
        await using Producer producer = client.CreateProducer(Patient);
        await producer.PublishAsync(Orders, Body(0));
        await using Producer impatient = client.CreateProducer(Impatient);
        await impatient.PublishAsync(Orders, Body(1));
        using Connection root = Connection.Open(server.Administrator);
        var held = new List<Connection>();
        try
        {
            root.Execute("SET GLOBAL max_connections = 12");
            TakeAllConnections(root, held);

            Task<Receipt>[] waiting = Publish(producer, 2, FewMessages, bytes: 100);
            await UntilAsync(() => _log.Has(Refused));
            var refused = await Assert.ThrowsAnyAsync<ForewaveException>(() => impatient.PublishAsync(Orders, Body(-1)).AsTask());
            held.ForEach(connection => connection.Dispose());
            await Task.WhenAll(waiting).WaitAsync(Patience);

            Assert.Equal(ErrorCode.DatabaseUnreachable, refused.Code);
            await AssertHasAsync(broker, FewMessages + 2);
        }
        finally
        {
            held.ForEach(connection => connection.Dispose());
            root.Execute("SET GLOBAL max_connections = DEFAULT");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Producer_that_comes_while_the_database_is_away_is_refused_at_once_and_taken_later(bool isKilled)
    {
        await using var place = new DatabasePlace(server);
        await using ForewaveBroker broker = await StartAsync(place, TimeProvider.System);
        await using ForewaveClient client = ClientOf(broker);
        await using Producer producer = client.CreateProducer(Patient);
        await producer.PublishAsync(Orders, Body(0));
        Func<Task> back = isKilled ? () => server.StartAsync() : server.GoOnAsync;
        await (isKilled ? server.KillAsync() : server.HaltAsync());
        ForewaveException refused;
        await using ForewaveClient other = ClientOf(broker);
        await using Producer late = other.CreateProducer(Impatient with { DeliveryDeadline = 2 * Patience });
        Task<Receipt>[] waiting;
        try
        {
            await UntilRefusedAsync(client);
            refused = await Assert.ThrowsAnyAsync<ForewaveException>(() => late.PublishAsync(Orders, Body(-1)).AsTask().WaitAsync(Patience));
            waiting = Publish(producer, 1, FewMessages, bytes: 100);
        }
        finally
        {
            await back();
        }

        await Task.WhenAll(waiting).WaitAsync(Patience);
        await late.PublishAsync(Orders, Body(FewMessages + 1)).AsTask().WaitAsync(Patience);

        Assert.Equal((ErrorCode.DatabaseUnreachable, StoredOutcome.No), (refused.Code, refused.Stored));
        await AssertHasAsync(broker, FewMessages + 2);
    }

    [Theory]
    [InlineData("--single-transaction")]
    [InlineData("--lock-tables")]
    public async Task Dump_in_the_middle_of_the_day_loses_and_doubles_nothing(string how)
    {
        await using var place = new DatabasePlace(server);
        await using ForewaveBroker broker = await StartAsync(place, TimeProvider.System);
        await using ForewaveClient client = ClientOf(broker);
        await using Producer producer = client.CreateProducer(Patient);
        int messages = 2_000;
        await Task.WhenAll(Publish(producer, 0, messages, bytes: 1_000));

        var start = new ProcessStartInfo(
            "mariadb-dump",
            ["--no-defaults", $"--socket={server.Socket}", "--user=root", how, "--databases", place.Names.Queues, place.Names.Log])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using Process dump = Process.Start(start)!;
        Task<string> errors = dump.StandardError.ReadToEndAsync();
        Task read = dump.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        do
        {
            await Task.WhenAll(Publish(producer, messages, FewMessages, bytes: 1_000)).WaitAsync(Patience);
            messages += FewMessages;
        }
        while (!dump.HasExited);
        await read;

        // A slice that was made meanwhile may end a dump of one moment; it is the broker that is looked at here.
        string said = await errors;
        Assert.True((dump.ExitCode, said) == (0, "") || said.Contains("Table definition has changed", StringComparison.Ordinal), said);
        await AssertHasAsync(broker, messages);
    }

    [Fact]
    public async Task Table_that_an_administrator_locks_stops_neither_its_queue_nor_others()
    {
        await using var place = new DatabasePlace(server);
        await using (ForewaveBroker broker = await StartAsync(place, TimeProvider.System))
        {
            await using ForewaveClient client = ClientOf(broker);
            await using Producer producer = client.CreateProducer(Patient);
            await producer.PublishAsync(Orders, Body(0));
            using Connection root = Connection.Open(server.Administrator);
            await UntilAsync(() => Number(root, $"SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = '{place.Names.Queues}' AND TABLE_NAME = 'orders'") == 1);
            root.Execute($"LOCK TABLES {place.Names.Queues}.orders WRITE");

            await Task.WhenAll(Publish(producer, 1, FewMessages, bytes: 100)).WaitAsync(Patience);
            await producer.PublishAsync(new QueueName("others"), Body(0)).AsTask().WaitAsync(Patience);
            await AssertHasAsync(broker, FewMessages + 1);
            root.Execute("UNLOCK TABLES");
        }

        await using ForewaveBroker again = await StartAsync(place, TimeProvider.System);
        await AssertHasAsync(again, FewMessages + 1, group: "later");
    }

    [Fact]
    public async Task Log_that_an_administrator_locks_takes_what_waited_afterwards()
    {
        await using var place = new DatabasePlace(server);
        await using ForewaveBroker broker = await StartAsync(place, TimeProvider.System);
        await using ForewaveClient client = ClientOf(broker);
        await using Producer producer = client.CreateProducer(Patient);
        await producer.PublishAsync(Orders, Body(0));
        using Connection root = Connection.Open(server.Administrator);
        root.Execute($"LOCK TABLES {place.Names.Log}.MQ_LOG READ");

        Task<Receipt>[] waiting = Publish(producer, 1, FewMessages, bytes: 100);
        using Connection watch = Connection.Open(server.Administrator);
        await UntilAsync(() => Number(watch, "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'forewave' AND STATE LIKE 'Waiting for table%'") > 0);
        bool isAnswered = waiting.Any(publish => publish.IsCompleted);
        root.Execute("UNLOCK TABLES");
        await Task.WhenAll(waiting).WaitAsync(Patience);

        Assert.False(isAnswered);
        await AssertHasAsync(broker, FewMessages + 1);
    }

    [Fact]
    public async Task Read_views_across_days_stop_nothing_and_slices_are_made_when_they_are_gone()
    {
        await using var place = new DatabasePlace(server);
        var clock = new SteppedClock();
        await using ForewaveBroker broker = await StartAsync(place, clock);
        await using ForewaveClient client = ClientOf(broker);
        await using Producer producer = client.CreateProducer(Patient);
        using Connection root = Connection.Open(server.Administrator);
        using Connection view = Connection.Open(server.Administrator);
        string slices = $"SELECT COUNT(*) FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = '{place.Names.Queues}' AND TABLE_NAME = 'orders'";
        await producer.PublishAsync(Orders, Body(0));
        await UntilAsync(() => Number(root, slices) == 1);
        view.Execute("SET tx_isolation = 'REPEATABLE-READ'");
        view.Execute("START TRANSACTION WITH CONSISTENT SNAPSHOT");
        Number(view, $"SELECT COUNT(*) FROM {place.Names.Queues}.orders");
        Number(view, $"SELECT COUNT(*) FROM {place.Names.Log}.MQ_LOG");

        clock.Move(TimeSpan.FromDays(8));
        await Task.WhenAll(Publish(producer, 1, FewMessages, bytes: 100)).WaitAsync(Patience);
        await UntilAsync(() => Number(root, $"SELECT COUNT(*) FROM {place.Names.Queues}.orders") == FewMessages + 1);
        ulong held = Number(root, slices);
        view.Rollback();
        int messages = FewMessages + 1;
        while (Number(root, slices) < 2)
        {
            await producer.PublishAsync(Orders, Body(messages++)).AsTask().WaitAsync(Patience);
        }

        Assert.Equal(1UL, held);
        await AssertHasAsync(broker, messages);
    }

    // The broker knows it before the trouble begins: what is refused at once is a publish.
    private static ProducerOptions Impatient => new() { RetryPolicy = new NoRetry() };

    private static ProducerOptions Patient => new() { DeliveryDeadline = Patience };

    private static ReadOnlyMemory<byte> Body(int number, int bytes = 10) => Encoding.UTF8.GetBytes($"{number} ".PadRight(bytes, 'x'));

    private static Task<Receipt>[] Publish(Producer producer, int first, int count, int bytes) =>
        [.. Enumerable.Range(first, count).Select(i => producer.PublishAsync(Orders, Body(i, bytes)).AsTask())];

    private static ForewaveClient ClientOf(ForewaveBroker broker) => new(new ForewaveClientOptions { Connector = broker.ConnectAsync });

    private static async Task AssertHasAsync(ForewaveBroker broker, int messages, string group = "audit")
    {
        using var end = new CancellationTokenSource(Patience);
        await using ForewaveClient client = ClientOf(broker);
        await using var consumer = client.CreateConsumer(Orders, new GroupName(group));
        var numbers = new List<int>();
        await foreach (ReceivedMessage message in consumer.WithCancellation(end.Token))
        {
            numbers.Add(int.Parse(Encoding.UTF8.GetString(message.Body.Span).Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture));
            message.Ack();
            if (numbers.Count == messages)
            {
                break;
            }
        }

        Assert.Equal(Enumerable.Range(0, messages), numbers.Order());
    }

    // What comes before anybody knows that the database is away is taken, and waits.
    private async Task UntilRefusedAsync(ForewaveClient client)
    {
        await using Producer trying = client.CreateProducer(Impatient with { DeliveryDeadline = TimeSpan.FromSeconds(1) });
        var tries = new List<Task<Receipt>>();
        Func<string> said = () => string.Join('\n', tries.Select(publish => publish.Exception?.InnerException?.Message ?? $"{publish.Status}"));
        await Watching.UntilAsync(
            () =>
            {
                if (tries.TrueForAll(publish => publish.IsCompleted))
                {
                    tries.Add(trying.PublishAsync(new QueueName("tries"), Body(0)).AsTask());
                }

                return tries.Exists(publish => publish.Exception?.InnerException is ForewaveException { Code: ErrorCode.DatabaseUnreachable });
            },
            Patience,
            said);
    }

    private Task UntilAsync(Func<bool> condition) => Watching.UntilAsync(condition, Patience, _log.All);

    // Until nothing more goes in, of big rows and of small ones.
    private void Fill()
    {
        using Connection root = Connection.Open(server.Administrator);
        root.Execute("CREATE DATABASE filler");
        root.Execute("CREATE TABLE filler.filler (content LONGBLOB NOT NULL) ENGINE = InnoDB");
        foreach (int bytes in new[] { 1 << 20, 1 << 16, 1 << 12 })
        {
            try
            {
                while (true)
                {
                    root.Execute($"INSERT INTO filler.filler VALUES (REPEAT('x', {bytes}))");
                }
            }
            catch (DatabaseException full) when (full.Failure == DatabaseFailure.DiskFull)
            {
                continue;
            }
        }
    }

    private void TakeAllConnections(Connection root, List<Connection> held)
    {
        while (true)
        {
            foreach (ulong id in Others(root, held))
            {
                Kill(root, id);
            }

            try
            {
                held.Add(Connection.Open(server.Broker));
            }
            catch (DatabaseException full) when (full.Failure == DatabaseFailure.TooManyConnections)
            {
                if (Others(root, held).Count == 0)
                {
                    return;
                }
            }
        }
    }

    private static void Kill(Connection root, ulong id)
    {
        try
        {
            root.Execute($"KILL {id}");
        }
        catch (DatabaseException gone) when (!gone.EndsConnection)
        {
            // It ended by itself.
        }
    }

    private static List<ulong> Others(Connection root, List<Connection> held)
    {
        var others = new List<ulong>();
        var row = new ResultRow(ColumnType.Unsigned);
        using RowReader reader = root.Prepare("SELECT ID FROM information_schema.PROCESSLIST WHERE USER = 'forewave'").Query(null, row);
        while (reader.Next())
        {
            if (held.TrueForAll(connection => connection.ThreadId != row.Unsigned(0)))
            {
                others.Add(row.Unsigned(0));
            }
        }

        return others;
    }

    private static ulong Number(Connection connection, string sql)
    {
        var row = new ResultRow(ColumnType.Unsigned);
        using RowReader reader = connection.Prepare(sql).Query(null, row);
        return reader.Next() ? row.Unsigned(0) : 0;
    }

    private async Task<ForewaveBroker> StartAsync(DatabasePlace place, TimeProvider time)
    {
        ForewaveBroker broker = new(new ForewaveBrokerOptions
        {
            Store = StoreKind.MySql,
            MySql = $"socket={server.Socket};user=forewave;password=secret;schema={place.Names.Queues}",
            LoggerFactory = _log,
            TimeProvider = time,
        });
        await broker.StartAsync();
        return broker;
    }

    private sealed class NoRetry : IPublishRetryPolicy
    {
        public TimeSpan? DelayBeforeNext(ForewaveException error, int attempt) => null;
    }
}
