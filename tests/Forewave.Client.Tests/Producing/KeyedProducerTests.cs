using Forewave.Client.Producing;
using Forewave.Client.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Tests.Producing;

/// <summary>The producer keeps the order of messages with an ordering key when the broker refuses some of them for a while.</summary>
public sealed class KeyedProducerTests
{
    [Fact]
    public async Task Refused_messages_with_keys_go_again_in_their_order_before_later_ones()
    {
        await using Scene scene = await StartAsync();
        Task<Receipt> first = Publish(scene, "1");
        V1.ClientFrame one = await scene.PublishAsync();
        Task<Receipt> second = Publish(scene, "2");
        V1.ClientFrame two = await scene.PublishAsync();
        await RefuseAsync(scene, one, ErrorCode.DiskFull);
        await scene.Connection.SettleDownAsync();
        Task<Receipt> third = Publish(scene, "3");
        scene.Time.Advance(TimeSpan.FromSeconds(20));
        await RefuseAsync(scene, two, ErrorCode.PreviousRefused);

        V1.ClientFrame again = await scene.PublishAsync();
        await scene.Connection.AnswerPublishAsync(again, 800);
        Receipt[] receipts = await Task.WhenAll(first, second, third).Soon();
        _ = scene.Producer.PublishAsync(Scene.Queue, "4"u8.ToArray()).AsTask();
        V1.ClientFrame next = await scene.PublishAsync();
        await scene.Connection.AnswerPublishAsync(next, 900);

        Assert.Equal(["1", "2", "3"], again.Publish.Batches.Select(BodyOf));
        Assert.Equal([4ul, 5ul, 6ul], again.Publish.Batches.Select(batch => batch.FirstSequence));
        Assert.Equal([2ul, 3ul, 0ul], again.Publish.Batches.Select(batch => batch.ReplacesSequence));
        Assert.Equal(0ul, next.Publish.Batches[0].ReplacesSequence);
        Assert.Equal([800ul, 801ul, 802ul], receipts.Select(receipt => receipt.MessageId.Position.Bits));
    }

    [Fact]
    public async Task Message_behind_one_that_is_given_up_goes_again()
    {
        await using Scene scene = await StartAsync();
        Task<Receipt> first = Publish(scene, "1");
        V1.ClientFrame one = await scene.PublishAsync();
        Task<Receipt> second = Publish(scene, "2");
        V1.ClientFrame two = await scene.PublishAsync();

        await RefuseAsync(scene, one, ErrorCode.MessageTooLarge);
        await RefuseAsync(scene, two, ErrorCode.PreviousRefused);
        V1.ClientFrame again = await scene.PublishAsync();
        await scene.Connection.AnswerPublishAsync(again, 800);

        await Assert.ThrowsAsync<ForewaveException>(() => first.Soon());
        await second.Soon();
        Assert.Equal(3ul, Assert.Single(again.Publish.Batches).ReplacesSequence);
    }

    [Fact]
    public async Task Messages_with_keys_keep_their_order_when_their_queue_cannot_be_opened_for_a_while()
    {
        await using Scene scene = Scene.Start();
        scene.Broker.Capabilities = [.. scene.Broker.Capabilities, CapabilityNames.Ordering];
        await scene.StartProducingAsync(new ProducerOptions { FrameBytes = 1_024, FramesInFlight = 1, RetryPolicy = new SoonerEachTime() });
        string[] bodies = [.. Enumerable.Range(1, 4).Select(number => $"{number}".PadRight(800))];
        Task<Receipt>[] published = [.. bodies.Take(3).Select(body => Publish(scene, body))];
        V1.ClientFrame open = await scene.Connection.ExpectAsync(V1.ClientFrame.CommandOneofCase.OpenQueue);
        await scene.Connection.RefuseAsync(open, ErrorCode.DiskFull);
        await scene.Connection.SettleDownAsync();
        Task<Receipt> last = Publish(scene, bodies[3]);

        // Nobody asks again before the delay is over.
        await scene.Connection.SettleDownAsync();
        scene.Time.Advance(TimeSpan.FromSeconds(2));
        await scene.Connection.AnswerQueueAsync("orders");
        List<string> sent = [];
        for (ulong frame = 1; frame <= 4; frame++)
        {
            V1.ClientFrame publish = await scene.PublishAsync();
            sent.AddRange(publish.Publish.Batches.Select(BodyOf));
            await scene.Connection.AnswerPublishAsync(publish, 100 * frame);
        }

        await Task.WhenAll([.. published, last]).Soon();
        Assert.Equal(bodies, sent);
    }

    [Fact]
    public async Task Messages_with_keys_go_in_the_order_of_their_calls_when_they_had_to_wait_for_the_first_connection()
    {
        await using Scene scene = Scene.Start();
        scene.Broker.Capabilities = [.. scene.Broker.Capabilities, CapabilityNames.Ordering];
        await using Producer producer = scene.Client.CreateProducer();
        string[] bodies = [.. Enumerable.Range(1, 20).Select(number => $"{number}")];
        Task<Receipt>[] published =
        [
            .. bodies.Select(body => producer.PublishAsync(
                Scene.Queue, new Message(System.Text.Encoding.UTF8.GetBytes(body)) { OrderingKey = "k" }).AsTask()),
        ];

        FakeConnection connection = await scene.Broker.AcceptAsync();
        await connection.AnswerProducerAsync();
        await connection.AnswerQueueAsync("orders");
        List<string> sent = [];
        while (sent.Count < bodies.Length)
        {
            V1.ClientFrame publish = await connection.ExpectAsync(V1.ClientFrame.CommandOneofCase.Publish);
            sent.AddRange(publish.Publish.Batches.SelectMany(batch => batch.Messages)
                .Select(message => V1.Message.Parser.ParseFrom(message).Body.ToStringUtf8()));
            await connection.AnswerPublishAsync(publish, 100 * (ulong)sent.Count);
        }

        await Task.WhenAll(published).Soon();
        Assert.Equal(bodies, sent);
    }

    private static async Task<Scene> StartAsync()
    {
        Scene scene = Scene.Start();
        scene.Broker.Capabilities = [.. scene.Broker.Capabilities, CapabilityNames.Ordering];
        await scene.StartProducingAsync();
        Task<Receipt> published = scene.Producer.PublishAsync(Scene.Queue, "0"u8.ToArray()).AsTask();
        await scene.Connection.AnswerQueueAsync("orders");
        await scene.Connection.AnswerPublishAsync(await scene.PublishAsync(), 500);
        await published.Soon();
        return scene;
    }

    private static Task<Receipt> Publish(Scene scene, string body) =>
        scene.Producer.PublishAsync(Scene.Queue, new Message(System.Text.Encoding.UTF8.GetBytes(body)) { OrderingKey = "k" }).AsTask();

    private static Task RefuseAsync(Scene scene, V1.ClientFrame frame, ErrorCode code)
    {
        V1.Published answer = new();
        answer.Batches.AddRange(frame.Publish.Batches.Select(_ => new V1.PublishedBatch { Error = ErrorFrame.Of(code) }));
        return scene.Connection.AnswerAsync(frame, new V1.ServerFrame { Published = answer });
    }

    private static string BodyOf(V1.PublishBatch batch) =>
        V1.Message.Parser.ParseFrom(Assert.Single(batch.Messages)).Body.ToStringUtf8();

    private sealed class SoonerEachTime : IPublishRetryPolicy
    {
        private int _asked;

        public TimeSpan? DelayBeforeNext(ForewaveException error, int attempt) => TimeSpan.FromSeconds(2.0 / ++_asked);
    }
}
