using System.Text;
using Forewave.Client.Producing;
using Forewave.Client.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Testing;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Tests.Routing;

/// <summary>Where a producer's messages go, of several partitions, and what becomes of them when one refuses, is silent or moves.</summary>
public sealed class RoutedProducerTests
{
    private static readonly QueueName Queue = new("orders");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Messages_without_a_key_go_round()
    {
        FakeNetwork network = new(3);
        await using ForewaveClient client = new(network.Options);
        await using Producer producer = client.CreateProducer();
        await client.ConnectAsync();

        await PublishAsync(producer, 30);

        Assert.All(network.Nodes, node => Assert.Equal(10, node.Stored.Count));
    }

    [Fact]
    public async Task Client_that_has_lost_a_master_waits_at_the_other_broker_until_that_knows_the_next_one()
    {
        FakeNetwork network = new(1);
        FakeNode slave = network.AddSlave(0);
        await using ForewaveClient client = new(network.Options with { Server = "10.0.0.0:7601,10.0.0.0:7602", MaxReconnectDelay = TimeSpan.FromHours(1) });
        await using Producer producer = client.CreateProducer();
        await PublishAsync(producer, 1);

        await network.RemoveAsync(0);
        Task<Receipt> pending = producer.PublishAsync(Queue, "next"u8.ToArray()).AsTask();
        await slave.Awaited.Task.Soon();
        FakeNode master = await network.MoveAsync(0);
        await pending.Soon();

        V1.AwaitedRoute? awaited = await slave.Awaited.Task;
        Assert.Equal((0u, 1ul), (awaited!.Partition, awaited.Epoch));
        Assert.InRange(awaited.Wait, 1u, 4_000u);
        Assert.Equal(["next"], master.Stored);
    }

    [Fact]
    public async Task Messages_published_before_the_first_connection_go_where_their_keys_belong_in_their_order()
    {
        FakeNetwork network = new(4);
        await using ForewaveClient client = new(network.Options);
        await using Producer producer = client.CreateProducer();

        Task<Receipt>[] early = [.. Enumerable.Range(0, 200).Select(one => producer.PublishAsync(Queue, Keyed($"key-{one % 100}", one)).AsTask())];
        await Task.WhenAll(early).Soon();
        await Task.WhenAll(Enumerable.Range(200, 200).Select(one => producer.PublishAsync(Queue, Keyed($"key-{one % 100}", one)).AsTask())).Soon();

        AssertByKey(network, 100);
    }

    [Fact]
    public async Task Deduplication_ids_decide_where_there_is_no_key()
    {
        FakeNetwork network = new(4);
        await using ForewaveClient client = new(network.Options);
        await using Producer producer = client.CreateProducer();
        await client.ConnectAsync();

        foreach (int one in Enumerable.Range(0, 20))
        {
            Message message = new(Encoding.UTF8.GetBytes($"{one}")) { DeduplicationId = $"id-{one}" };
            Receipt receipt = await producer.PublishAsync(Queue, message).Soon();
            Assert.Equal(network.Slots.OwnerOf($"id-{one}"), receipt.MessageId.Partition);
        }
    }

    [Fact]
    public async Task Refused_message_without_a_key_goes_to_the_next_master()
    {
        FakeNetwork network = new(3);
        network.Nodes[1].Mode = NodeMode.Refuse;
        await using ForewaveClient client = new(network.Options);
        await using Producer producer = client.CreateProducer();
        await client.ConnectAsync();

        await PublishAsync(producer, 30);

        Assert.NotEmpty(network.Nodes[1].Came);
        Assert.Empty(network.Nodes[1].Stored);
        Assert.Equal(30, network.Nodes.SelectMany(node => node.Stored).Distinct().Count());
        Assert.Equal(30, network.Nodes.Sum(node => node.Stored.Count));
    }

    [Fact]
    public async Task Queue_that_a_partition_refuses_is_not_offered_to_it_again_before_its_time()
    {
        FakeNetwork network = new(3);
        (network.Nodes[1].Mode, network.Nodes[1].Refusal) = (NodeMode.Refuse, ErrorCode.PublishOff);
        // Nobody moves the clock: what waited for the partition would wait for ever.
        await using ForewaveClient client = new(network.Options with { TimeProvider = new TestClock() });
        await using Producer producer = client.CreateProducer();
        await client.ConnectAsync();

        await PublishAsync(producer, 30);

        Assert.Single(network.Nodes[1].Came);
        Assert.Equal(30, network.Nodes.SelectMany(node => node.Stored).Distinct().Count());
        Assert.Equal(30, network.Nodes.Sum(node => node.Stored.Count));
    }

    [Fact]
    public async Task Message_that_all_refuse_fails_with_the_refusal_at_its_deadline()
    {
        FakeNetwork network = new(2);
        network.Nodes.ForEach(node => node.Mode = NodeMode.Refuse);
        await using ForewaveClient client = new(network.Options);
        await using Producer producer = client.CreateProducer(new ProducerOptions { DeliveryDeadline = TimeSpan.FromSeconds(1) });
        await client.ConnectAsync();

        ForewaveException refused = await Assert.ThrowsAsync<ForewaveException>(() => producer.PublishAsync(Queue, "one"u8.ToArray()).Soon());

        Assert.Equal(ErrorCode.DiskFull, refused.Code);
    }

    [Fact]
    public async Task Message_without_an_answer_stays_with_its_partition_and_new_ones_go_elsewhere()
    {
        FakeNetwork network = new(2);
        await using ForewaveClient client = new(network.Options);
        await using Producer producer = client.CreateProducer(new ProducerOptions { DeliveryDeadline = TimeSpan.FromSeconds(4) });
        await client.ConnectAsync();
        await PublishAsync(producer, 10);
        network.Nodes[1].Mode = NodeMode.Silent;

        Task<Receipt>[] both = [.. Enumerable.Range(100, 2).Select(one => producer.PublishAsync(Queue, Encoding.UTF8.GetBytes($"{one}")).AsTask())];
        Task<Receipt> unanswered = await UntilOneIsLeftAsync(both);
        await UntilAsync(() => !producer.Answers(new PartitionNumber(1)));
        int before = network.Nodes[1].Came.Count;
        await PublishAsync(producer, 20, from: 200);
        ForewaveException unknown = await Assert.ThrowsAsync<ForewaveException>(() => unanswered.Soon());

        Assert.Equal(ErrorCode.OutcomeUnknown, unknown.Code);
        Assert.Equal(before, network.Nodes[1].Came.Count);
        Assert.Equal(20, network.Nodes[0].Stored.Count(body => int.Parse(body, null) >= 200));
    }

    [Fact]
    public async Task Message_without_an_answer_is_published_elsewhere_too_where_the_program_wants_that()
    {
        FakeNetwork network = new(2);
        await using ForewaveClient client = new(network.Options);
        await using Producer producer = client.CreateProducer(new ProducerOptions { OnUnknown = UnknownOutcome.ResendElsewhere });
        await client.ConnectAsync();
        await PublishAsync(producer, 10);
        network.Nodes[1].Mode = NodeMode.Silent;

        Receipt[] receipts = await Task.WhenAll(Enumerable.Range(100, 10).Select(one => producer.PublishAsync(Queue, Encoding.UTF8.GetBytes($"{one}")).AsTask())).Soon();

        Assert.All(receipts, receipt => Assert.Equal(0, receipt.MessageId.Partition.Value));
        Assert.NotEmpty(network.Nodes[1].Came);
        network.Nodes[1].Mode = NodeMode.Store;
        await network.Nodes[1].BreakAsync();
    }

    [Fact]
    public async Task Unanswered_messages_go_to_the_new_master_under_their_sequences()
    {
        FakeNetwork network = new(2);
        await using ForewaveClient client = new(network.Options);
        await using Producer producer = client.CreateProducer(new ProducerOptions { DeliveryDeadline = Patience });
        await client.ConnectAsync();
        string key = Enumerable.Range(0, 100).Select(one => $"key-{one}").First(one => network.Slots.OwnerOf(one).Value == 1);
        await producer.PublishAsync(Queue, Keyed(key, 1)).Soon();
        FakeNode former = network.Nodes[1];
        former.Mode = NodeMode.Silent;

        Task<Receipt> published = producer.PublishAsync(Queue, Keyed(key, 2)).AsTask();
        await UntilAsync(() => former.Came.Count == 2);
        FakeNode master = await network.MoveAsync(1);
        await published.Soon();

        // The former master's connection was alive all the time.
        Assert.Equal(["1: 1", "2: 2"], former.Came);
        Assert.Equal(["2: 2"], master.Came);
    }

    [Fact]
    public async Task Messages_that_wait_for_a_partition_that_is_gone_go_elsewhere_and_its_keys_wait()
    {
        FakeNetwork network = new(3);
        await using ForewaveClient client = new(network.Options);
        await using Producer producer = client.CreateProducer(new ProducerOptions { DeliveryDeadline = TimeSpan.FromSeconds(3) });
        await client.ConnectAsync();
        await PublishAsync(producer, 9);
        await network.RemoveAsync(2);
        await UntilAsync(() => !producer.Answers(new PartitionNumber(2)));
        string key = Enumerable.Range(0, 100).Select(one => $"key-{one}").First(one => network.Slots.OwnerOf(one).Value == 2);

        Task<Receipt> waits = producer.PublishAsync(Queue, Keyed(key, 1)).AsTask();
        await PublishAsync(producer, 30, from: 100);

        Assert.Equal(ErrorCode.Timeout, (await Assert.ThrowsAsync<ForewaveException>(() => waits.Soon())).Code);
        Assert.Equal(30, network.Nodes.Take(2).Sum(node => node.Stored.Count(body => int.Parse(body, null) >= 100)));
    }

    [Fact]
    public async Task Hundred_partitions_are_used_and_one_that_comes_later_too()
    {
        FakeNetwork network = new(99);
        await using ForewaveClient client = new(network.Options);
        await using Producer producer = client.CreateProducer();
        await client.ConnectAsync();
        await PublishAsync(producer, 990);

        await network.GrowAsync();
        int round = 0;
        while (network.Nodes[99].Stored.IsEmpty)
        {
            Assert.True(++round < 300, "the new partition gets nothing");
            await PublishAsync(producer, 100, from: 1_000 * round);
        }

        Assert.All(network.Nodes, node => Assert.NotEmpty(node.Stored));
    }

    private static Message Keyed(string key, int body) => new(Encoding.UTF8.GetBytes($"{body}")) { OrderingKey = key };

    private static async Task PublishAsync(Producer producer, int messages, int from = 0)
    {
        for (int one = from; one < from + messages; one++)
        {
            await producer.PublishAsync(Queue, Encoding.UTF8.GetBytes($"{one}")).Soon();
        }
    }

    private static async Task<Task<Receipt>> UntilOneIsLeftAsync(Task<Receipt>[] two)
    {
        Task done = await Task.WhenAny(two).Soon();
        return two.Single(one => one != done);
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using CancellationTokenSource late = new(Patience);
        while (!isSo())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, late.Token);
        }
    }

    private static void AssertByKey(FakeNetwork network, int keys)
    {
        foreach (FakeNode node in network.Nodes)
        {
            int[] bodies = [.. node.Stored.Select(body => int.Parse(body, null))];
            Assert.NotEmpty(bodies);
            Assert.All(bodies, body => Assert.Equal(node.Partition, network.Slots.OwnerOf($"key-{body % keys}")));
            Assert.All(bodies.GroupBy(body => body % keys), key => Assert.Equal(key.Order(), key));
        }

        Assert.Equal(400, network.Nodes.Sum(node => node.Stored.Count));
    }
}
