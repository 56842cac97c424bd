using System.Data.Common;
using System.Globalization;
using Forewave.Client;
using Forewave.Outbox.Tests.Databases;
using Forewave.Outbox.Tests.Faults;
using Forewave.Protocol;
using Forewave.Testing;

namespace Forewave.Outbox.Tests.Relaying;

/// <summary>What a relay does on every database.</summary>
public abstract class RelayConformance(IDatabaseServer server)
{
    [Fact]
    public async Task Row_is_published_when_its_transaction_commits_and_never_when_it_does_not()
    {
        Place place = await Place.NewAsync(server);
        await using TestBroker broker = await TestBroker.StartAsync();
        await using RunningRelay relay = RunningRelay.Start(broker.CreateClient(), place.Options);

        await using (DbConnection connection = await place.OpenAsync())
        {
            await using DbTransaction rolledBack = await connection.BeginTransactionAsync();
            await place.Writer.AddAsync(rolledBack, new QueueName("q"), Place.Of("never"));
            await rolledBack.RollbackAsync();
        }

        await place.AddAsync("q", "once");
        await place.SentAsync();

        await using ForewaveClient client = broker.CreateClient();
        Assert.Equal(["once"], await Queues.BodiesAsync(client, "q"));
        Assert.Equal(1, await place.CountAsync(2));
    }

    [Fact]
    public async Task Rows_of_a_key_keep_their_order_through_claims_of_every_size()
    {
        Place place = await Place.NewAsync(server);
        for (int i = 0; i < 20; i++)
        {
            await place.AddAsync(
                i % 2 == 0 ? "even" : "odd",
                [.. Enumerable.Range(0, 25).Select(n => Place.Of(string.Create(CultureInfo.InvariantCulture, $"{n % 3}:{(i * 25) + n:d4}"), $"key{n % 3}"))]);
        }

        await using TestBroker broker = await TestBroker.StartAsync();
        await using RunningRelay relay = RunningRelay.Start(broker.CreateClient(), place.Options with { ClaimRows = 7 });
        await place.SentAsync();

        await using ForewaveClient client = broker.CreateClient();
        foreach (string queue in new[] { "even", "odd" })
        {
            List<string> bodies = await Queues.BodiesAsync(client, queue);
            Assert.Equal(250, bodies.Count);
            Assert.All(bodies.GroupBy(body => body[0]), key => Assert.Equal(key.Order(StringComparer.Ordinal), key));
        }
    }

    [Fact]
    public async Task Sequences_are_dense_through_claims_queues_and_relays()
    {
        Place place = await Place.NewAsync(server);
        await using TestBroker broker = await TestBroker.StartAsync();
        for (int round = 0; round < 3; round++)
        {
            await place.AddAsync($"q{round}", [.. Enumerable.Range(0, 40).Select(n => $"{round}.{n}")]);
            await using RunningRelay relay = RunningRelay.Start(broker.CreateClient(), place.Options with { ClaimRows = 16 });
            await place.SentAsync();
        }

        Assert.Equal(120, await place.NumberAsync("SELECT MAX(seq) FROM forewave_outbox"));
        Assert.Equal(120, await place.NumberAsync("SELECT COUNT(DISTINCT seq) FROM forewave_outbox"));
        Assert.Equal(121, await place.NumberAsync("SELECT next_seq FROM forewave_outbox_lane"));
    }

    [Fact]
    public async Task Of_two_relays_one_works_and_the_other_takes_over_when_it_ends()
    {
        Place place = await Place.NewAsync(server);
        await using TestBroker broker = await TestBroker.StartAsync();
        // Longer than any test: by the database's clock the lock is not to be taken unless it is given back.
        OutboxRelayOptions options = place.Options with { Lease = TimeSpan.FromMinutes(10) };
        TestClock clock = new();
        int looks = 0;
        DbConnection ConnectAndCount()
        {
            Interlocked.Increment(ref looks);
            return place.Connect();
        }

        RunningRelay first = RunningRelay.Start(broker.CreateClient(), options);
        await Until.TrueAsync(() => first.Relay.IsLeading);
        await using RunningRelay second = RunningRelay.Start(broker.CreateClient(), options with { TimeProvider = clock, Connect = ConnectAndCount });
        await place.AddAsync("q", "by the first");
        await place.SentAsync();
        // When it looks for the third time it has looked twice, and has left the lock where it is.
        await Until.TrueAsync(() =>
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            return Volatile.Read(ref looks) > 2;
        });
        bool bothLed = second.Relay.IsLeading;

        await first.DisposeAsync();
        await place.AddAsync("q", "by the second");
        await Until.TrueAsync(async () =>
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            return await place.CountAsync(2) == 2;
        });

        Assert.False(bothLed);
        Assert.True(second.Relay.IsLeading);
        await using ForewaveClient client = broker.CreateClient();
        Assert.Equal(["by the first", "by the second"], await Queues.BodiesAsync(client, "q"));
    }

    [Fact]
    public async Task Delay_counts_from_the_transaction_and_what_is_due_since_goes_at_once()
    {
        Place place = await Place.NewAsync(server);
        await place.AddAsync("q", Place.Of("due") with { Delay = TimeSpan.FromMinutes(30) }, Place.Of("expired") with { TimeToLive = TimeSpan.FromMinutes(20) });
        await place.RunAsync("UPDATE forewave_outbox SET deliver_at = deliver_at - 3600000, expires_at = expires_at - 3600000");
        await using TestBroker broker = await TestBroker.StartAsync();
        await using RunningRelay relay = RunningRelay.Start(broker.CreateClient(), place.Options);
        await place.SentAsync();

        await using ForewaveClient client = broker.CreateClient();
        Assert.Equal(["due"], await Queues.BodiesAsync(client, "q"));
        Assert.Equal((long)ErrorCode.ExpiryTimeInvalid, await place.NumberAsync("SELECT error FROM forewave_outbox WHERE state = 3"));
    }

    [Fact]
    public async Task Sent_rows_are_deleted_when_they_are_old_in_batches_and_others_never()
    {
        Place place = await Place.NewAsync(server);
        await place.AddAsync("q", [.. Enumerable.Range(0, 30).Select(n => $"{n}")]);
        await using TestBroker broker = await TestBroker.StartAsync();
        await using RunningRelay relay = RunningRelay.Start(broker.CreateClient(), place.Options with { SentRetention = TimeSpan.FromHours(1), CleanRows = 4 });
        await place.SentAsync();
        await place.RunAsync("UPDATE forewave_outbox SET changed_at = changed_at - 7200000 WHERE id <= 18");

        await Until.TrueAsync(async () => await place.CountAsync(2) == 12);

        Assert.Equal(19, await place.NumberAsync("SELECT MIN(id) FROM forewave_outbox"));
    }

    [Fact]
    public async Task Message_that_is_refused_for_good_is_set_aside_and_costs_its_neighbours_nothing()
    {
        Place place = await Place.NewAsync(server);
        await place.AddAsync("q", [.. Enumerable.Range(0, 9).Select(n => Place.Of($"{n}", "key"))]);
        // What no writer of this package would have taken: due in eleven years.
        await place.RunAsync($"UPDATE forewave_outbox SET deliver_at = {DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()} WHERE id = 5");
        await using TestBroker broker = await TestBroker.StartAsync();
        await using RunningRelay relay = RunningRelay.Start(broker.CreateClient(), place.Options);
        await place.SentAsync();

        await using ForewaveClient client = broker.CreateClient();
        Assert.Equal(["0", "1", "2", "3", "5", "6", "7", "8"], await Queues.BodiesAsync(client, "q"));
        await using DbConnection connection = await place.OpenAsync();
        OutboxAdministration administration = new(place.Tables);
        SetAsideRow row = Assert.Single(await administration.ListAsync(connection));
        Assert.Equal((5, ErrorCode.DeliveryTimeInvalid), (row.Id, row.Error));

        await place.RunAsync("UPDATE forewave_outbox SET deliver_at = NULL WHERE id = 5");
        await administration.ResendAsync(connection, row.Id);
        await place.SentAsync();
        Assert.Equal(["0", "1", "2", "3", "5", "6", "7", "8", "4"], await Queues.BodiesAsync(client, "q"));
        ForewaveException gone = await Assert.ThrowsAsync<ForewaveException>(async () => await administration.DiscardAsync(connection, row.Id));
        Assert.Equal(ErrorCode.OutboxRowNotFound, gone.Code);
    }

    [Fact]
    public async Task Metrics_say_what_waits_and_for_how_long_though_the_broker_is_away()
    {
        Place place = await Place.NewAsync(server);
        await place.AddAsync("q", "0", "1", "2");
        await place.RunAsync("UPDATE forewave_outbox SET created_at = created_at - 100000 WHERE id = 1");
        ForewaveClientOptions nowhere = new() { Connector = static _ => throw new IOException("nobody is there") };
        using OutboxMeters away = new();
        await using (RunningRelay.Start(new ForewaveClient(nowhere), place.Options with { MeterFactory = away }))
        {
            await Until.TrueAsync(() => away.Of("forewave.outbox.age") >= 100);

            Assert.Equal((3, 1, 0), (away.Of("forewave.outbox.lag"), away.Of("forewave.outbox.leading"), away.Of("forewave.outbox.sent")));
        }

        await using TestBroker broker = await TestBroker.StartAsync();
        using OutboxMeters meters = new();
        TestClock clock = new();
        await place.RunAsync($"UPDATE forewave_outbox SET deliver_at = {DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()} WHERE id = 3");
        await using RunningRelay relay = RunningRelay.Start(broker.CreateClient(), place.Options with { MeterFactory = meters, TimeProvider = clock });
        await Until.TrueAsync(() =>
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            return meters.Of("forewave.outbox.set_aside") > 0 && meters.Of("forewave.outbox.age") == 0;
        });

        Assert.Equal((0, 2), (meters.Of("forewave.outbox.lag"), meters.Of("forewave.outbox.sent")));
        // What shared a batch with a refused row goes again, each row alone.
        Assert.InRange(meters.Of("forewave.outbox.claimed"), 3, 6);
        Assert.InRange(meters.Of("forewave.outbox.refused"), 1, 4);
    }

    [Fact]
    public async Task Rows_wait_for_a_queue_that_is_not_there_and_the_others_go_on()
    {
        Place place = await Place.NewAsync(server);
        await using TestBroker broker = await TestBroker.StartAsync();
        await using ForewaveClient client = broker.CreateClient();
        await client.Administration.CreateQueueAsync(new QueueName("there"));
        await using RunningRelay relay = RunningRelay.Start(broker.CreateClient(), place.Options with { CreateQueues = false });
        await place.AddAsync("missing", "0", "1");
        await place.AddAsync("there", "there");
        await place.SentAsync();
        await place.AddAsync("missing", "2");
        await Until.TrueAsync(async () => await place.CountAsync(4) == 3);
        Assert.Equal(["there"], await Queues.BodiesAsync(client, "there"));

        await client.Administration.CreateQueueAsync(new QueueName("missing"));
        await Until.TrueAsync(async () => await place.CountAsync(2) == 4);

        Assert.Equal(["0", "1", "2"], await Queues.BodiesAsync(client, "missing"));
    }

    [Fact]
    public async Task Rows_that_waited_for_a_queue_go_in_their_order_though_they_are_more_than_are_let_go_at_once()
    {
        const int Rows = 6_000;
        Place place = await Place.NewAsync(server);
        await using TestBroker broker = await TestBroker.StartAsync();
        await place.AddAsync("missing", [.. Enumerable.Range(0, Rows).Select(n => Place.Of($"{n:d5}", "key"))]);
        await place.AddAsync("other", "waits too");
        await place.RunAsync("UPDATE forewave_outbox SET state = 4");
        await using ForewaveClient client = broker.CreateClient();
        await client.Administration.CreateQueueAsync(new QueueName("missing"));

        FaultPlan never = new(0, isAfter: false);
        OutboxRelayOptions options = place.Options with { Connect = () => new FaultyConnection(place.Connect(), never), CreateQueues = false };
        await using RunningRelay relay = RunningRelay.Start(broker.CreateClient(), options);
        await place.AddAsync("missing", Place.Of("last", "key"));
        await Until.TrueAsync(async () => await place.CountAsync(2) == Rows + 1);

        Assert.Equal([.. Enumerable.Range(0, Rows).Select(n => $"{n:d5}"), "last"], await Queues.BodiesAsync(client, "missing"));
        Assert.Equal(1, await place.CountAsync(4));
        // However many wait: one statement for all would run into a command's time-out.
        Assert.InRange(never.MostTouched, 1, 5_000);
    }

    [Fact]
    public async Task Partition_that_the_cluster_has_not_gets_no_rows_and_stops_none()
    {
        Place place = await Place.NewAsync(server);
        await using TestBroker broker = await TestBroker.StartAsync();
        await place.RunAsync($"INSERT INTO forewave_outbox_lane (partition_number, producer_id, next_seq) VALUES (77, '{ProducerId.New()}', 5)");
        await place.AddAsync("q", "0", "1", "2", "3");

        await using RunningRelay relay = RunningRelay.Start(broker.CreateClient(), place.Options);
        await place.SentAsync();

        await using ForewaveClient client = broker.CreateClient();
        Assert.Equal(["0", "1", "2", "3"], await Queues.BodiesAsync(client, "q"));
        Assert.Equal(0, await place.NumberAsync("SELECT COUNT(*) FROM forewave_outbox WHERE partition_number = 77"));
        Assert.Equal(5, await place.NumberAsync("SELECT next_seq FROM forewave_outbox_lane WHERE partition_number = 77"));
    }

    [Fact]
    public async Task Broker_that_restarts_in_the_middle_costs_no_row_and_doubles_none()
    {
        Place place = await Place.NewAsync(server);
        await using TestBroker broker = await TestBroker.StartAsync();
        await using RunningRelay relay = RunningRelay.Start(broker.CreateClient(), place.Options with { ClaimRows = 10 });
        for (int round = 0; round < 10; round++)
        {
            await place.AddAsync("q", [.. Enumerable.Range(0, 50).Select(n => Place.Of($"{(round * 50) + n:d4}", "key"))]);
            await broker.RestartAsync();
        }

        await place.SentAsync();

        await using ForewaveClient client = broker.CreateClient();
        Assert.Equal(Enumerable.Range(0, 500).Select(n => $"{n:d4}"), await Queues.BodiesAsync(client, "q"));
    }

    [Fact]
    public async Task Relays_that_are_told_to_end_in_the_middle_of_their_rows_lose_none_and_double_none()
    {
        const int Rounds = 6;
        const int Rows = 300;
        const int ClaimRows = 10;
        Place place = await Place.NewAsync(server);
        await using TestBroker broker = await TestBroker.StartAsync();
        for (int round = 0; round < Rounds; round++)
        {
            await place.AddAsync("q", [.. Enumerable.Range(round * Rows, Rows).Select(n => Place.Of($"{n:d4}", $"key{n % 3}"))]);
            await using RunningRelay relay = RunningRelay.Start(broker.CreateClient(), place.Options with { ClaimRows = ClaimRows });
            await Until.TrueAsync(async () => await place.CountAsync(2) > round * Rows);
        }

        long claimed = await place.CountAsync(1);
        await using RunningRelay last = RunningRelay.Start(broker.CreateClient(), place.Options);
        await place.SentAsync();

        // What was under way when it was told is written down; the claim behind that was not sent.
        Assert.InRange(claimed, 0, ClaimRows);
        await using ForewaveClient client = broker.CreateClient();
        List<string> bodies = await Queues.BodiesAsync(client, "q");
        Assert.Equal(Enumerable.Range(0, Rounds * Rows).Select(n => $"{n:d4}"), bodies.Order(StringComparer.Ordinal));
        Assert.All(bodies.GroupBy(body => int.Parse(body, CultureInfo.InvariantCulture) % 3), key => Assert.Equal(key.Order(StringComparer.Ordinal), key));
    }
}
