using Forewave.Client.Producing;
using Forewave.Client.Tests.Fakes;
using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Tests.Producing;

/// <summary>Messages of several priorities gather apart; none of them waits for the others to end.</summary>
public sealed class PriorityProducerTests
{
    private const int FrameBytes = 64 * 1024;

    // Two do not fit into one batch, nor into one frame.
    private const int BodyBytes = FrameBytes * 3 / 4;

    [Theory]
    [InlineData(9, 4)]
    [InlineData(4, 9)]
    [InlineData(9, 2)]
    public async Task Lone_message_is_sent_in_its_turn_when_another_priority_keeps_the_producer_busy(int busy, int lone)
    {
        await using Scene scene = await StartAsync();
        V1.ClientFrame under = await SendFirstAsync(scene, busy);
        _ = Publish(scene, busy);
        _ = Publish(scene, busy);
        Task<Receipt> published = Publish(scene, lone);

        List<int> sent = [];
        for (ulong round = 0; round < 5; round++)
        {
            _ = Publish(scene, busy);
            _ = Publish(scene, busy);
            await scene.Connection.AnswerPublishAsync(under, 600 + round);
            under = await scene.PublishAsync();
            sent.Add(PriorityOf(Assert.Single(under.Publish.Batches)));
        }

        // One that was full, one that was gathering before the lone one, the lone one.
        Assert.Equal([busy, busy, lone, busy, busy], sent);
        Assert.Equal(603ul, (await published.Soon()).MessageId.Position.Bits);
    }

    [Theory]
    [InlineData(9, 4)]
    [InlineData(4, 9)]
    [InlineData(9, 2)]
    public async Task Lone_message_fails_at_its_deadline_when_younger_ones_of_another_priority_wait(int busy, int lone)
    {
        await using Scene scene = await StartAsync();
        await SendFirstAsync(scene, busy);
        Task<Receipt> published = Publish(scene, lone);
        scene.Time.Advance(TimeSpan.FromSeconds(4));
        Task<Receipt>[] younger = [Publish(scene, busy), Publish(scene, busy)];

        scene.Time.Advance(TimeSpan.FromSeconds(2));

        ForewaveException error = await Assert.ThrowsAsync<ForewaveException>(() => published.Soon());
        Assert.Equal((ErrorCode.Timeout, StoredOutcome.No), (error.Code, error.Stored));
        Assert.All(younger, one => Assert.False(one.IsCompleted));
    }

    // One frame is under way at a time: what is published meanwhile waits.
    private static async Task<Scene> StartAsync()
    {
        Scene scene = Scene.Start();
        scene.Broker.Capabilities = [.. scene.Broker.Capabilities, CapabilityNames.Priorities];
        await scene.StartProducingAsync(
            new ProducerOptions { FramesInFlight = 1, FrameBytes = FrameBytes, DeliveryDeadline = TimeSpan.FromSeconds(5) });
        return scene;
    }

    private static async Task<V1.ClientFrame> SendFirstAsync(Scene scene, int priority)
    {
        _ = Publish(scene, priority);
        await scene.Connection.AnswerQueueAsync("orders");
        return await scene.PublishAsync();
    }

    // Each begins at a time of its own.
    private static Task<Receipt> Publish(Scene scene, int priority)
    {
        scene.Time.Advance(TimeSpan.FromMilliseconds(1));
        return scene.Producer.PublishAsync(Scene.Queue, new Message(new byte[BodyBytes]) { Priority = priority }).AsTask();
    }

    private static int PriorityOf(V1.PublishBatch batch)
    {
        V1.Message message = V1.Message.Parser.ParseFrom(Assert.Single(batch.Messages));
        return message.HasPriority ? (int)message.Priority : Limits.DefaultPriority;
    }
}
