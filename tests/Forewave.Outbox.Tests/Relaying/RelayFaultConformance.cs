using System.IO.Pipelines;
using Forewave.Client;
using Forewave.Outbox.Tests.Databases;
using Forewave.Outbox.Tests.Faults;
using Forewave.Protocol;
using Forewave.Testing;

namespace Forewave.Outbox.Tests.Relaying;

/// <summary>Relays that end, stand still or come back, on every database.</summary>
public abstract class RelayFaultConformance(IDatabaseServer server)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Relay_that_ends_at_any_of_its_steps_loses_no_row_and_doubles_none(bool isAfter)
    {
        Place place = await Place.NewAsync(server);
        await using TestBroker broker = await TestBroker.StartAsync();
        List<string> all = [];
        bool hasEnded = true;
        for (int step = 1; hasEnded; step++)
        {
            string[] bodies = [.. Enumerable.Range(0, 5).Select(n => $"{step:d3}.{n}")];
            all.AddRange(bodies);
            await place.AddAsync("q", [.. bodies.Select(body => Place.Of(body, "key"))]);
            // The lock of the one before is nobody's: what is looked at here is what it left.
            await place.RunAsync("UPDATE forewave_outbox_relay SET renewed_at = 0");
            FaultPlan plan = new(step, isAfter);
            OutboxRelayOptions options = place.Options with { Connect = () => new FaultyConnection(place.Connect(), plan), ClaimRows = 2, SentRetention = TimeSpan.FromDays(1) };
            await using RunningRelay relay = RunningRelay.Start(broker.CreateClient(), options);
            await Until.TrueAsync(async () => plan.IsDead || await place.NumberAsync("SELECT COUNT(*) FROM forewave_outbox WHERE state IN (0, 1)") == 0);
            hasEnded = plan.IsDead;
        }

        await using ForewaveClient client = broker.CreateClient();
        Assert.Equal(all, await Queues.BodiesAsync(client, "q"));
        Assert.Equal(all.Count, await place.CountAsync(2));
    }

    [Fact]
    public async Task Relay_that_stood_still_before_it_published_doubles_nothing_when_it_wakes_up()
    {
        Place place = await Place.NewAsync(server);
        await using TestBroker broker = await TestBroker.StartAsync();
        string[] bodies = [.. Enumerable.Range(0, 10).Select(n => $"{n}".PadLeft(Gate.PublishBytes))];
        await place.AddAsync("q", bodies);
        Gate gate = new();
        ForewaveClientOptions slow = broker.Reaching(new ForewaveClientOptions());
        // By a clock that stands still it does not look at the lock meanwhile.
        TestClock clock = new();
        await using RunningRelay frozen = RunningRelay.Start(
            new ForewaveClient(slow with { Connector = async cancellation => gate.Around(await slow.Connector!(cancellation)) }),
            place.Options with { Lease = TimeSpan.FromMinutes(5), TimeProvider = clock });
        await Until.TrueAsync(async () => await place.CountAsync(1) == 10);
        await gate.HoldsAsync();
        await place.RunAsync("UPDATE forewave_outbox_relay SET renewed_at = 0");
        await using (RunningRelay other = RunningRelay.Start(broker.CreateClient(), place.Options))
        {
            await place.SentAsync();
            await place.AddAsync("q", "later");
            await place.SentAsync();
        }

        // The broker answers what it held back: then it finds that it has lost the lock, and takes it after a rest.
        gate.Open();
        await Until.TrueAsync(() => !frozen.Relay.IsLeading);
        await place.AddAsync("q", "last");
        await Until.TrueAsync(async () =>
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            return await place.CountAsync(2) == 12;
        });

        await using ForewaveClient client = broker.CreateClient();
        Assert.Equal([.. bodies, "later", "last"], await Queues.BodiesAsync(client, "q"));
    }

    [Fact]
    public async Task Relay_without_the_lock_changes_nothing()
    {
        Place place = await Place.NewAsync(server);
        await using TestBroker broker = await TestBroker.StartAsync();
        await using RunningRelay relay = RunningRelay.Start(broker.CreateClient(), place.Options with { Lease = TimeSpan.FromMinutes(5) });
        await Until.TrueAsync(() => relay.Relay.IsLeading);

        await place.RunAsync("UPDATE forewave_outbox_relay SET token = token + 1, holder = 'another', renewed_at = renewed_at + 200000");
        await place.AddAsync("q", "waits");
        await Until.TrueAsync(() => !relay.Relay.IsLeading);

        Assert.Equal(1, await place.CountAsync(0));
        Assert.Equal(0, await place.NumberAsync("SELECT claims FROM forewave_outbox_relay"));
    }

    [Fact]
    public async Task Relay_that_loses_the_lock_while_rows_are_under_way_ends_them_and_stands_by()
    {
        Place place = await Place.NewAsync(server);
        await using TestBroker broker = await TestBroker.StartAsync();
        await place.AddAsync("q", new string('x', Gate.PublishBytes));
        Gate gate = new();
        ToldEvents told = new();
        ForewaveClientOptions slow = broker.Reaching(new ForewaveClientOptions());
        await using RunningRelay relay = RunningRelay.Start(
            new ForewaveClient(slow with { Connector = async cancellation => gate.Around(await slow.Connector!(cancellation)) }),
            place.Options with { LoggerFactory = told });
        await gate.HoldsAsync();

        await place.RunAsync("UPDATE forewave_outbox_relay SET token = token + 1, holder = 'another', renewed_at = renewed_at + 200000");
        await Until.TrueAsync(() => !relay.Relay.IsLeading);

        // 9001: lost the lock; 9002: it fails.
        Assert.Contains(9001, told.Ids);
        Assert.DoesNotContain(9002, told.Ids);
        gate.Open();
    }

    [Fact]
    public async Task Relay_that_ends_while_it_waits_for_a_broker_gives_the_lock_back()
    {
        Place place = await Place.NewAsync(server);
        await place.AddAsync("q", "waits");
        ForewaveClientOptions nowhere = new()
        {
            Connector = async cancellation =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
                throw new OperationCanceledException(cancellation);
            },
        };
        RunningRelay relay = RunningRelay.Start(new ForewaveClient(nowhere), place.Options with { Lease = TimeSpan.FromMinutes(10) });
        await Until.TrueAsync(() => relay.Relay.IsLeading);

        await relay.DisposeAsync();

        Assert.False(relay.Relay.IsLeading);
        Assert.Equal(0, await place.NumberAsync("SELECT renewed_at FROM forewave_outbox_relay"));
    }

    [Fact]
    public async Task Relay_that_was_dead_for_a_week_doubles_nothing()
    {
        Place place = await Place.NewAsync(server);
        await using TestBroker broker = await TestBroker.StartAsync();
        await place.AddAsync("q", "before", "answered");
        await using (RunningRelay first = RunningRelay.Start(broker.CreateClient(), place.Options))
        {
            await place.SentAsync();
        }

        // As if it had died before it wrote down that the second one is stored.
        await place.RunAsync("UPDATE forewave_outbox SET state = 1 WHERE id = 2");
        broker.Clock.Advance(TimeSpan.FromDays(6.5));
        await place.RunAsync($"UPDATE forewave_outbox SET changed_at = changed_at - {(long)TimeSpan.FromDays(6.5).TotalMilliseconds}");
        await using RunningRelay second = RunningRelay.Start(broker.CreateClient(), place.Options);
        await place.AddAsync("q", "after");
        await place.SentAsync();

        await using ForewaveClient client = broker.CreateClient();
        Assert.Equal(["before", "answered", "after"], await Queues.BodiesAsync(client, "q"));
        Assert.Equal(0, await place.CountAsync(3));
    }

    [Fact]
    public async Task Row_of_which_the_broker_has_forgotten_the_producer_is_set_aside_in_doubt_and_the_others_go_on()
    {
        Place place = await Place.NewAsync(server);
        await using TestBroker broker = await TestBroker.StartAsync();
        await place.AddAsync("q", "before");
        await using (RunningRelay first = RunningRelay.Start(broker.CreateClient(), place.Options))
        {
            await place.SentAsync();
        }

        await place.RunAsync($"UPDATE forewave_outbox SET state = 1, changed_at = changed_at - {(long)TimeSpan.FromDays(8).TotalMilliseconds}");
        // The broker knows nothing of the producer, as after seven idle days.
        await using TestBroker forgetful = await TestBroker.StartAsync();
        await using RunningRelay second = RunningRelay.Start(forgetful.CreateClient(), place.Options);
        await place.AddAsync("q", "after");
        await place.SentAsync();

        await using ForewaveClient client = forgetful.CreateClient();
        Assert.Equal(["after"], await Queues.BodiesAsync(client, "q"));
        Assert.Equal((long)ErrorCode.OutboxInDoubt, await place.NumberAsync("SELECT error FROM forewave_outbox WHERE state = 3"));
    }

    [Fact]
    public async Task Row_that_was_claimed_lately_and_that_the_broker_never_had_is_published()
    {
        Place place = await Place.NewAsync(server);
        await using TestBroker broker = await TestBroker.StartAsync();
        await place.AddAsync("q", "before", "claimed");
        await using (RunningRelay first = RunningRelay.Start(broker.CreateClient(), place.Options))
        {
            await place.SentAsync();
        }

        // A broker that lost its disk: it knows nothing of the producer.
        await place.RunAsync("UPDATE forewave_outbox SET state = 1 WHERE id = 2");
        await using TestBroker empty = await TestBroker.StartAsync();
        await using RunningRelay second = RunningRelay.Start(empty.CreateClient(), place.Options);
        await place.AddAsync("q", "after");
        await place.SentAsync();

        await using ForewaveClient client = empty.CreateClient();
        Assert.Equal(["claimed", "after"], await Queues.BodiesAsync(client, "q"));
    }

    [Fact]
    public async Task Rows_that_a_relay_has_just_claimed_are_published_though_the_broker_forgot_the_producer_while_they_were_under_way()
    {
        Place place = await Place.NewAsync(server);
        TestBroker broker = await TestBroker.StartAsync();
        await using TestBroker empty = await TestBroker.StartAsync();
        await place.AddAsync("q", "before");
        await using (RunningRelay first = RunningRelay.Start(broker.CreateClient(), place.Options))
        {
            await place.SentAsync();
        }

        Gate gate = new();
        bool isLost = false;
        ForewaveClientOptions former = broker.Reaching(new ForewaveClientOptions());
        ForewaveClientOptions later = empty.Reaching(new ForewaveClientOptions());
        await using RunningRelay relay = RunningRelay.Start(
            new ForewaveClient(former with { Connector = async cancellation => gate.Around(await (Volatile.Read(ref isLost) ? later : former).Connector!(cancellation)) }),
            place.Options);
        string[] bodies = [.. Enumerable.Range(0, 10).Select(n => $"{n}".PadLeft(Gate.PublishBytes))];
        await place.AddAsync("q", bodies);
        await gate.HoldsAsync();

        Volatile.Write(ref isLost, true);
        await broker.DisposeAsync();
        gate.Open();
        await place.SentAsync();

        await using ForewaveClient client = empty.CreateClient();
        Assert.Equal(bodies, await Queues.BodiesAsync(client, "q"));
        Assert.Equal(0, await place.CountAsync(3));
    }

    [Fact]
    public async Task Rows_of_a_database_are_not_taken_for_those_that_a_copy_of_it_publishes_at_the_same_time()
    {
        Place place = await Place.NewAsync(server);
        Place copy = await Place.NewAsync(server);
        await using TestBroker broker = await TestBroker.StartAsync();
        await using RunningRelay relay = RunningRelay.Start(broker.CreateClient(), place.Options);
        await place.AddAsync("q", "before");
        await place.SentAsync();
        string producer = await place.TextAsync("SELECT producer_id FROM forewave_outbox_lane");
        long partition = await place.NumberAsync("SELECT partition_number FROM forewave_outbox_lane");
        await copy.RunAsync($"INSERT INTO forewave_outbox_lane (partition_number, producer_id, next_seq) VALUES ({partition}, '{producer}', 2)");
        await copy.AddAsync("q", "the copy's");
        await using (RunningRelay other = RunningRelay.Start(broker.CreateClient(), copy.Options))
        {
            await copy.SentAsync();
        }

        await place.AddAsync("q", "own");
        await place.SentAsync();

        await using ForewaveClient client = broker.CreateClient();
        Assert.Equal(["before", "the copy's", "own"], await Queues.BodiesAsync(client, "q"));
        Assert.NotEqual(producer, await place.TextAsync("SELECT producer_id FROM forewave_outbox_lane"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public async Task Row_that_was_claimed_behind_a_refused_one_does_not_go_before_it_when_relay_and_broker_start_again(int stateOfTheRefused)
    {
        Place place = await Place.NewAsync(server);
        await using TestBroker broker = await TestBroker.StartAsync();
        await place.AddAsync("q", Place.Of("before", "key"));
        await using (RunningRelay first = RunningRelay.Start(broker.CreateClient(), place.Options))
        {
            await place.SentAsync();
        }

        // The first was refused under sequence 2, and that is written down; the second was claimed meanwhile, under sequence 3.
        await place.AddAsync("q", Place.Of("first", "key"), Place.Of("second", "key"));
        long partition = await place.NumberAsync("SELECT partition_number FROM forewave_outbox_lane");
        await place.RunAsync($"UPDATE forewave_outbox SET state = {stateOfTheRefused}, refused_seq = 2 WHERE id = 2");
        await place.RunAsync($"UPDATE forewave_outbox SET state = 1, claim = 100, partition_number = {partition}, seq = 3 WHERE id = 3");
        await place.RunAsync("UPDATE forewave_outbox_lane SET next_seq = 4");
        await place.RunAsync("UPDATE forewave_outbox_relay SET claims = 100");
        await broker.RestartAsync();
        await using RunningRelay second = RunningRelay.Start(broker.CreateClient(), place.Options);
        await Until.TrueAsync(async () => await place.CountAsync(2) == 3);

        await using ForewaveClient client = broker.CreateClient();
        Assert.Equal(["before", "first", "second"], await Queues.BodiesAsync(client, "q"));
    }

    [Fact]
    public async Task Rows_of_a_database_that_went_back_in_time_are_not_taken_for_those_that_had_their_sequences()
    {
        Place place = await Place.NewAsync(server);
        await using TestBroker broker = await TestBroker.StartAsync();
        await place.AddAsync("q", "0", "1", "2");
        await using (RunningRelay first = RunningRelay.Start(broker.CreateClient(), place.Options))
        {
            await place.SentAsync();
        }

        // A backup from before the last two.
        await place.RunAsync("UPDATE forewave_outbox_lane SET next_seq = 2");
        await place.RunAsync("DELETE FROM forewave_outbox WHERE id > 1");
        await place.AddAsync("q", "others", "than these");
        await using RunningRelay second = RunningRelay.Start(broker.CreateClient(), place.Options);
        await place.SentAsync();

        await using ForewaveClient client = broker.CreateClient();
        Assert.Equal(["0", "1", "2", "others", "than these"], await Queues.BodiesAsync(client, "q"));
    }

    /// <summary>Holds what a program sends once it is in the middle of it.</summary>
    private sealed class Gate
    {
        /// <summary>What comes before a publish is shorter: hello, openings, heartbeats.</summary>
        public const int PublishBytes = 1_000;

        private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _holds = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task HoldsAsync() => _holds.Task;

        public void Open() => _open.TrySetResult();

        public IDuplexPipe Around(IDuplexPipe inner)
        {
            Pipe output = new();
            _ = CopyAsync(output.Reader, inner.Output);
            return new Ends(inner.Input, output.Writer);
        }

        private async Task CopyAsync(PipeReader from, PipeWriter to)
        {
            while (true)
            {
                ReadResult read = await from.ReadAsync();
                if (read.Buffer.Length > PublishBytes && !_open.Task.IsCompleted)
                {
                    _holds.TrySetResult();
                    await _open.Task;
                }

                foreach (ReadOnlyMemory<byte> bytes in read.Buffer)
                {
                    await to.WriteAsync(bytes);
                }

                from.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    await to.CompleteAsync();
                    return;
                }
            }
        }

        private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;
    }
}
