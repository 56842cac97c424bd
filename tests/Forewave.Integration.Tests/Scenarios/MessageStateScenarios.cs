using Forewave.Client;
using Forewave.Client.Administration;
using Forewave.Client.Consuming;
using Forewave.Protocol;
using Forewave.Testing;

namespace Forewave.Integration.Tests.Scenarios;

/// <summary>A message is shown with what became of it in each group, on the real broker in the process.</summary>
public abstract class MessageStateScenarios(ScenarioBroker startBroker)
{
    private static readonly QueueName Queue = new("orders");
    private static readonly GroupName Group = new("warehouse");
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Message_is_shown_with_all_that_its_producer_gave_it()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer(new() { Name = new ProducerName("shop") });
        await producer.PublishAsync(Queue, "before"u8.ToArray());
        var sent = new Message("order 4711"u8.ToArray())
        {
            Keys = new[] { "4711", "customer-7" },
            Tag = "new",
            Headers = new[] { KeyValuePair.Create("trace", (ReadOnlyMemory<byte>)"abc"u8.ToArray()) },
            OrderingKey = "customer-7",
            DeduplicationId = "order-4711",
        };
        var receipt = await producer.PublishAsync(Queue, sent);

        var shown = await client.Administration.Messages.ShowAsync(receipt.MessageId);

        Assert.Equal((receipt.MessageId, Queue, MessageWhere.Queued, new Offset(2)), (shown.Id, shown.Queue, shown.Where, shown.Offset!.Value));
        Assert.Equal("order 4711"u8.ToArray(), shown.Body.ToArray());
        Assert.Equal(["4711", "customer-7"], shown.Keys);
        Assert.Equal(("new", "customer-7", "order-4711", "shop"), (shown.Tag, shown.OrderingKey, shown.DeduplicationId, shown.Producer));
        Assert.Equal("trace", Assert.Single(shown.Headers).Key);
        Assert.Empty(shown.Groups);
    }

    [Fact]
    public async Task Each_group_has_the_message_in_a_state_of_its_own()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        var receipt = await producer.PublishAsync(Queue, new Message("m"u8.ToArray()) { Tag = "a" });
        await client.Administration.CreateGroupAsync(Queue, new GroupName("unread"));
        await client.Administration.CreateGroupAsync(Queue, new GroupName("filtered"), new GroupSettings { TagFilter = new TagFilter("b") });
        await using var leasing = client.CreateConsumer(Queue, new GroupName("leased"), new ConsumerOptions { Name = new ConsumerName("worker-7") });
        await OneAsync(leasing);
        await using var waiting = client.CreateConsumer(Queue, new GroupName("waiting"));
        await (await OneAsync(waiting)).NackAsync(TimeSpan.FromMinutes(3), "not now");
        await using var settled = client.CreateConsumer(Queue, new GroupName("settled"));
        await (await OneAsync(settled)).AckAsync();
        await using var dead = client.CreateConsumer(Queue, new GroupName("dead"));
        await (await OneAsync(dead)).RejectAsync("cannot be read");
        await WaitForAsync(client, new GroupName("dead"), details => details.Dead == 1);

        for (int life = 0; life < 2; life++)
        {
            var shown = await client.Administration.Messages.ShowAsync(receipt.MessageId);
            var groups = shown.Groups.ToDictionary(group => group.Group.Value);

            Assert.All(groups, group => Assert.Equal(group.Key, group.Value.State.ToString().ToLowerInvariant()));
            Assert.Equal(("worker-7", 1u), (groups["leased"].Consumer, groups["leased"].Attempt!.Value.Value));
            Assert.Equal(Limits.DefaultVisibilityTimeout, groups["leased"].Until - groups["leased"].Since);
            Assert.Equal("not now", Assert.Single(groups["waiting"].History).Reason);
            Assert.Equal(broker.Clock.GetUtcNow() + TimeSpan.FromMinutes(3), groups["waiting"].Until!.Value, TimeSpan.FromSeconds(10));
            Assert.Equal(1, groups["dead"].DeadPlace);
            Assert.Equal(6, groups.Count);
            await broker.RestartAsync();
        }
    }

    [Fact]
    public async Task Message_behind_a_failing_one_of_its_key_is_held_and_then_set_aside_with_it()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        await client.Administration.CreateQueueAsync(Queue);
        await client.Administration.CreateGroupAsync(Queue, Group, new GroupSettings { OnFailure = FailurePolicy.Park });
        var first = await producer.PublishAsync(Queue, new Message("1"u8.ToArray()) { OrderingKey = "k" });
        var second = await producer.PublishAsync(Queue, new Message("2"u8.ToArray()) { OrderingKey = "k" });
        await using var consumer = client.CreateConsumer(Queue, Group);
        var taken = await OneAsync(consumer);

        var held = await StateAsync(client, second.MessageId);
        await taken.RejectAsync("no such customer");
        await WaitForAsync(client, Group, details => details.Parked == 1);
        var parked = await StateAsync(client, first.MessageId);

        Assert.Equal(MessageState.Held, held.State);
        Assert.Equal((MessageState.Parked, "no such customer"), (parked.State, parked.Reason));
    }

    [Fact]
    public async Task Message_that_waits_for_its_time_is_shown_with_it_and_later_in_its_queue()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        var delayed = new Message("later"u8.ToArray()) { Delay = TimeSpan.FromMinutes(30), Keys = new[] { "k" } };
        var receipt = await producer.PublishAsync(Queue, delayed);
        var moved = await producer.PublishAsync(Queue, delayed);
        var withdrawn = await producer.PublishAsync(Queue, delayed);
        await client.Administration.Schedules.CancelAsync([withdrawn.MessageId]);
        await client.Administration.Schedules.RescheduleAsync([moved.MessageId], TimeSpan.FromHours(2));
        var start = broker.Clock.GetUtcNow();

        var before = await client.Administration.Messages.ShowAsync(receipt.MessageId);
        var movedBefore = await client.Administration.Messages.ShowAsync(moved.MessageId);
        var cancelled = await client.Administration.Messages.ShowAsync(withdrawn.MessageId);
        broker.Clock.Advance(TimeSpan.FromHours(3));
        await using var consumer = client.CreateConsumer(Queue, Group);
        await OneAsync(consumer);
        await OneAsync(consumer);
        var after = await client.Administration.Messages.ShowAsync(receipt.MessageId);
        var movedAfter = await client.Administration.Messages.ShowAsync(moved.MessageId);

        Assert.Equal((MessageWhere.Scheduled, (Offset?)null), (before.Where, before.Offset));
        Assert.Equal(start + TimeSpan.FromMinutes(30), before.DeliverAt!.Value, TimeSpan.FromSeconds(10));
        Assert.Equal(start + TimeSpan.FromHours(2), movedBefore.DeliverAt!.Value, TimeSpan.FromSeconds(10));
        Assert.Equal(MessageWhere.Cancelled, cancelled.Where);
        Assert.Equal((MessageWhere.Queued, (Offset?)new Offset(1)), (after.Where, after.Offset));
        Assert.Equal((MessageWhere.Queued, (Offset?)new Offset(2)), (movedAfter.Where, movedAfter.Offset));
        Assert.Equal(before.PublishTime, after.PublishTime);
        Assert.True(after.ReleaseTime > after.PublishTime + TimeSpan.FromMinutes(29));
        Assert.Equal("later"u8.ToArray(), movedAfter.Body.ToArray());
        Assert.Equal(MessageState.Leased, Assert.Single(after.Groups).State);
    }

    [Fact]
    public async Task Message_of_another_priority_is_found_in_its_band()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        await producer.PublishAsync(Queue, "4"u8.ToArray());
        var receipt = await producer.PublishAsync(Queue, new Message("9"u8.ToArray()) { Priority = 9 });
        await using var consumer = client.CreateConsumer(Queue, Group, new ConsumerOptions { PrefetchMessages = 1 });
        var taken = await OneAsync(consumer);

        var leased = await StateAsync(client, receipt.MessageId);
        await taken.AckAsync();
        var settled = await StateAsync(client, receipt.MessageId);

        Assert.Equal(receipt.MessageId, taken.Id);
        Assert.Equal((MessageState.Leased, MessageState.Settled), (leased.State, settled.State));
    }

    [Fact]
    public async Task Redriven_message_is_shown_so_until_it_is_handed_out()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        var receipt = await producer.PublishAsync(Queue, "poison"u8.ToArray());
        await using (var consumer = client.CreateConsumer(Queue, Group))
            await (await OneAsync(consumer)).RejectAsync("cannot be read");
        await WaitForAsync(client, Group, details => details.Dead == 1);
        await client.Administration.RedriveAsync(Queue, Group);

        var redriven = await StateAsync(client, receipt.MessageId);
        await using var again = client.CreateConsumer(Queue, Group);
        await (await OneAsync(again)).AckAsync();
        var settled = await StateAsync(client, receipt.MessageId);

        Assert.Equal((MessageState.Redriven, MessageState.Settled), (redriven.State, settled.State));
    }

    [Fact]
    public async Task Purged_dead_letter_is_shown_so_while_it_can_be_taken_back()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        var receipt = await producer.PublishAsync(Queue, "poison"u8.ToArray());
        await using (var consumer = client.CreateConsumer(Queue, Group))
            await (await OneAsync(consumer)).RejectAsync("cannot be read");
        await WaitForAsync(client, Group, details => details.Dead == 1);
        var purge = new DeadOperationTerms { Action = DeadAction.Purge, Filter = "reason~read" };
        var operation = await client.Administration.DeadLetters.BeginAsync(Queue, Group, purge);
        await foreach (var now in client.Administration.DeadLetters.WatchAsync(Queue, Group, operation.Id))
            operation = now;

        var purged = await StateAsync(client, receipt.MessageId);
        await client.Administration.DeadLetters.UndoAsync(Queue, Group, operation.Id);
        var dead = await StateAsync(client, receipt.MessageId);

        Assert.Equal((MessageState.Purged, 1L, true), (purged.State, purged.DeadPlace, purged.IsFinal));
        Assert.Equal(MessageState.Dead, dead.State);
    }

    [Fact]
    public async Task Ids_that_name_nothing_are_refused()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await using var producer = client.CreateProducer();
        var receipt = await producer.PublishAsync(Queue, "purged"u8.ToArray());
        await client.Administration.PurgeQueueAsync(Queue);
        var id = receipt.MessageId;

        Assert.Equal(ErrorCode.MessageNotFound, await RefusalAsync(client, id));
        Assert.Equal(ErrorCode.MessageNotFound, await RefusalAsync(client, new MessageId(id.Partition, id.Position.Plus(1_000_000))));
        Assert.Equal(ErrorCode.MessageNotFound, await RefusalAsync(client, new MessageId(id.Partition, LogPosition.FromBits(1))));
        Assert.Equal(ErrorCode.NotOwner, await RefusalAsync(client, new MessageId(new PartitionNumber(9), id.Position)));
    }

    private static async Task<ErrorCode> RefusalAsync(ForewaveClient client, MessageId id) =>
        (await Assert.ThrowsAsync<ForewaveException>(async () => await client.Administration.Messages.ShowAsync(id))).Code;

    private static async Task<GroupMessage> StateAsync(ForewaveClient client, MessageId id) =>
        Assert.Single((await client.Administration.Messages.ShowAsync(id)).Groups);

    private static async Task WaitForAsync(ForewaveClient client, GroupName group, Func<GroupDetails, bool> isThere)
    {
        // A dead letter is written after its bytes were read; each look is a round trip.
        while (!isThere(await client.Administration.ShowGroupAsync(Queue, group)))
            await Task.Yield();
    }

    private static async Task<ReceivedMessage> OneAsync(Consumer consumer) => Assert.Single(await consumer.ReceiveAsync(1, Soon));
}
