using Forewave.Client.Administration;
using Forewave.Client.Consuming;
using Forewave.Client.Producing;
using Forewave.Client.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Command = Forewave.Protocol.V1.ClientFrame.CommandOneofCase;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Tests.Connections;

public sealed class CapabilityTests
{
    private static readonly CompletionEntry Nobody = new(null, 0);

    public static TheoryData<string> MessageCapabilityNames { get; } =
        [CapabilityNames.Ordering, CapabilityNames.Priorities, CapabilityNames.Delays, CapabilityNames.Expiry, CapabilityNames.Deduplication];

    [Theory]
    [MemberData(nameof(MessageCapabilityNames))]
    public async Task Message_is_refused_before_it_is_sent_when_the_broker_lacks_what_it_asks_for(string capability)
    {
        await using Scene scene = await Scene.ProducingAsync();
        await OpenAsync(scene);

        ForewaveException error = Assert.Throws<ForewaveException>(() => scene.Producer.TryPublish(Scene.Queue, MessageWith(capability), Nobody));
        _ = scene.Producer.PublishAsync(Scene.Queue, "plain"u8.ToArray()).AsTask();
        V1.ClientFrame next = await scene.PublishAsync();

        Assert.Equal(ErrorCode.CapabilityMissing, error.Code);
        Assert.Equal(StoredOutcome.No, error.Stored);
        Assert.Contains($"\"{capability}\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("1.2.3", error.Message, StringComparison.Ordinal);
        Assert.Equal("plain", Scene.Text(Assert.Single(next.Publish.Batches)));
    }

    [Theory]
    [MemberData(nameof(MessageCapabilityNames))]
    public async Task Message_is_sent_when_the_broker_lists_what_it_asks_for(string capability)
    {
        await using Scene scene = Scene.Start();
        scene.Broker.Capabilities = [.. scene.Broker.Capabilities, capability];
        Producer producer = scene.Client.CreateProducer();
        FakeConnection connection = await scene.Broker.AcceptAsync();
        await connection.AnswerProducerAsync();
        Task plain = producer.PublishAsync(Scene.Queue, "plain"u8.ToArray()).AsTask();
        await connection.AnswerQueueAsync("orders");
        await connection.AnswerPublishAsync(await connection.ExpectAsync(Command.Publish), 1);
        await plain.Soon();

        bool isTaken = producer.TryPublish(Scene.Queue, MessageWith(capability), Nobody);

        Assert.True(isTaken);
        await connection.ExpectAsync(Command.Publish);
    }

    [Fact]
    public async Task Message_that_asks_for_more_waits_for_the_first_connection()
    {
        await using Scene scene = Scene.Start();
        Producer producer = scene.Client.CreateProducer();

        bool isTaken = producer.TryPublish(Scene.Queue, MessageWith(CapabilityNames.Delays), Nobody);
        Task room = producer.WaitForRoomAsync();
        FakeConnection connection = await scene.Broker.AcceptAsync();
        await connection.AnswerProducerAsync();
        await room.Soon();

        Assert.False(isTaken);
        Assert.Throws<ForewaveException>(() => producer.TryPublish(Scene.Queue, MessageWith(CapabilityNames.Delays), Nobody));
    }

    [Theory]
    [InlineData(10, CapabilityNames.Streaming)]
    [InlineData(0, CapabilityNames.LongPolling)]
    public async Task Consumer_is_refused_when_the_broker_cannot_deliver_its_way(int prefetchMessages, string capability)
    {
        await using Scene scene = Scene.Start();
        scene.Broker.Capabilities = [.. scene.Broker.Capabilities.Where(one => one != capability)];
        Consumer consumer = scene.Client.CreateConsumer(Scene.Queue, Scene.Group, new ConsumerOptions { PrefetchMessages = prefetchMessages });
        await scene.Broker.AcceptAsync();

        ForewaveException error = await Assert.ThrowsAsync<ForewaveException>(() => consumer.SubscribedAsync().Soon());

        Assert.Equal(ErrorCode.CapabilityMissing, error.Code);
        Assert.Contains($"\"{capability}\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Administration_is_refused_when_the_broker_lacks_it()
    {
        await using Scene scene = Scene.Start();
        scene.Broker.Capabilities = [CapabilityNames.Administration];
        BrokerAdministration administration = scene.Client.Administration;
        Task connecting = scene.Client.ConnectAsync().AsTask();
        FakeConnection connection = await scene.Broker.AcceptAsync();
        await connecting.Soon();

        ForewaveException dead = await Assert.ThrowsAsync<ForewaveException>(() => administration.RedriveAsync(Scene.Queue, Scene.Group).Soon());
        ForewaveException relaxed = await Assert.ThrowsAsync<ForewaveException>(
            () => administration.CreateQueueAsync(Scene.Queue, new QueueSettings { Relaxed = true }).Soon());
        Task showing = administration.ShowBrokerAsync().AsTask();

        Assert.Equal((ErrorCode.CapabilityMissing, ErrorCode.CapabilityMissing), (dead.Code, relaxed.Code));
        V1.ClientFrame first = await connection.ExpectAsync(Command.Administration);
        Assert.NotNull(first.Administration.ShowBroker);
        Assert.False(showing.IsCompleted);
    }

    private static MessageFields MessageWith(string capability) => capability switch
    {
        CapabilityNames.Ordering => new MessageFields { OrderingKey = "customer" },
        CapabilityNames.Priorities => new MessageFields { Priority = 9 },
        CapabilityNames.Delays => new MessageFields { DelayMilliseconds = 5 },
        CapabilityNames.Expiry => new MessageFields { TimeToLiveMilliseconds = 5 },
        CapabilityNames.Deduplication => new MessageFields { DeduplicationId = "once" },
        _ => throw new ArgumentOutOfRangeException(nameof(capability)),
    };

    private static async Task OpenAsync(Scene scene)
    {
        Task<Receipt> first = scene.Producer.PublishAsync(Scene.Queue, "first"u8.ToArray()).AsTask();
        await scene.Connection.AnswerQueueAsync("orders");
        await scene.Connection.AnswerPublishAsync(await scene.PublishAsync(), 1);
        await first.Soon();
    }
}
