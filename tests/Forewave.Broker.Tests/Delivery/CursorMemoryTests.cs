using Forewave.Broker.Delivery.Cursors;
using Forewave.Protocol;
using Xunit.Abstractions;

namespace Forewave.Broker.Tests.Delivery;

/// <summary>What groups have not settled is in memory: it is counted, and bounded for each and for all. Alone: it asks the runtime for the whole heap.</summary>
[CollectionDefinition(nameof(CursorMemoryTests), DisableParallelization = true)]
[Collection(nameof(CursorMemoryTests))]
public sealed class CursorMemoryTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("runs of 100 messages", 10_000, 100, 100, false)]
    [InlineData("runs of 10 messages", 20_000, 10, 10, false)]
    [InlineData("singles side by side", 100_000, 1, 1, false)]
    [InlineData("singles, 4 in a block", 100_000, 1, 16, false)]
    [InlineData("singles, each in a block", 50_000, 1, 64, false)]
    [InlineData("singles that failed once", 50_000, 1, 1, true)]
    public void Memory_is_counted_about_as_the_runtime_has_it(string shape, int runs, int messages, int apart, bool failed)
    {
        List<Cursor> cursors = [];
        List<long> sizes = [];
        // The median of several: what earlier tests left behind may be given up meanwhile.
        for (int i = 0; i < 5; i++)
        {
            long before = GC.GetTotalMemory(forceFullCollection: true);
            cursors.Add(Filled(runs, messages, apart, failed));
            sizes.Add(GC.GetTotalMemory(forceFullCollection: true) - before);
        }
        var cursor = cursors[0];
        long bytes = sizes.Order().ElementAt(2);

        output.WriteLine($"{shape}: {(double)bytes / (runs * messages):N1} bytes a message, counted {(double)cursor.MemoryBytes / (runs * messages):N1}");
        Assert.Equal(runs * messages, cursor.Unsettled);
        Assert.InRange(cursor.MemoryBytes, bytes * 0.8, bytes * 2.0);
    }

    [Fact]
    public void Budget_stops_large_groups_and_lets_small_ones_go_on()
    {
        var memory = new CursorMemory(10 * CursorMemory.FreeBytes);
        long large = 0;
        long small = 0;
        memory.Count(ref large, 11 * CursorMemory.FreeBytes);
        memory.Count(ref small, 1_000);

        Assert.False(memory.HasRoomFor(large));
        Assert.True(memory.HasRoomFor(small));
        memory.Count(ref large, 2 * CursorMemory.FreeBytes);
        Assert.True(memory.HasRoomFor(large));
        memory.Count(ref large, 0);
        memory.Count(ref small, 0);
        Assert.Equal(0, memory.Bytes);
    }

    [Fact]
    public async Task Group_gets_no_first_deliveries_when_it_has_its_memory_and_goes_on_when_it_has_settled()
    {
        await using var stage = await DeliveryStage.StartAsync(setting => setting with { MaxCursorBytes = 4 * 1024 });
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(1_000);
        await stage.PublishAsync("q", DeliveryStage.Bodies(1_000));

        for (int received = 0; received < 1_000;)
        {
            var messages = consumer.Output.TakeMessages();
            Assert.NotEmpty(messages);
            received += messages.Count;
            Assert.InRange(stage.StateOf(consumer).Cursor.MemoryBytes, 1, 16 * 1024);
            await consumer.SettleAsync(SettleVerb.Ack, messages);
            await stage.IdleAsync();
        }

        Assert.Equal(0, stage.StateOf(consumer).Cursor.Unsettled);
    }

    private static Cursor Filled(int runs, int messages, int apart, bool failed)
    {
        var cursor = new Cursor(1, new AttemptHistories());
        var consumer = cursor.Holds.Consumer(new ConsumerId(7), "c");
        var terms = new HoldTerms { Kind = HoldKind.Lease, EndTime = 1, VisibilityMilliseconds = 30_000, Epoch = 1, Consumer = consumer };
        for (int i = 0; i < runs; i++)
        {
            long first = 1 + (long)i * apart;
            cursor.Lease(new ReadyRun(first, messages, 1), terms);
            if (failed)
                cursor.PutOff(first, messages, 2, new FailedAttempt { Attempt = 1, Time = 1, Consumer = "c", Reason = "no" });
        }
        return cursor;
    }
}
