using Forewave.Client.Consuming;
using Forewave.Client.Tests.Fakes;
using Google.Protobuf;
using Command = Forewave.Protocol.V1.ClientFrame.CommandOneofCase;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Tests.Consuming;

public sealed class AckDelayTests
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(5);

    [Fact]
    public async Task Acks_gather_for_their_delay_when_nobody_waits_for_them()
    {
        await using Scene scene = await Scene.ConsumingAsync(ackDelay: Delay);
        List<ReceivedMessage> messages = await ReceiveAsync(scene, 5);

        messages[..3].ForEach(message => message.Ack());
        await scene.Connection.SettleDownAsync();
        messages[3].Ack();
        scene.Time.Advance(Delay);

        Assert.Equal([(1ul, 4u)], RunsOf(await scene.SettleAsync()));
    }

    [Fact]
    public async Task Awaited_ack_is_sent_at_once_and_takes_along_what_has_gathered()
    {
        await using Scene scene = await Scene.ConsumingAsync(ackDelay: Delay);
        List<ReceivedMessage> messages = await ReceiveAsync(scene, 5);

        messages[0].Ack();
        messages[1].Ack();
        Task acked = messages[2].AckAsync().AsTask();
        V1.ClientFrame settle = await scene.SettleAsync();
        await scene.Connection.AnswerSettleAsync(settle);

        await acked.Soon();
        Assert.Equal([(1ul, 3u)], RunsOf(settle));
    }

    [Fact]
    public async Task Ack_of_a_message_with_an_ordering_key_is_sent_at_once()
    {
        await using Scene scene = await Scene.ConsumingAsync(ackDelay: Delay);
        V1.DeliveredRun run = FakeConnection.Run(1, 2);
        run.Messages[1] = new V1.Message { OrderingKey = "a", Body = ByteString.Empty }.ToByteString();
        await scene.Connection.DeliverAsync(run);
        List<ReceivedMessage> messages = await scene.ReceiveAsync(2);

        messages[0].Ack();
        messages[1].Ack();

        Assert.Equal([(1ul, 2u)], RunsOf(await scene.SettleAsync()));
    }

    [Fact]
    public async Task Acks_that_gather_later_have_a_delay_of_their_own()
    {
        await using Scene scene = await Scene.ConsumingAsync(ackDelay: Delay);
        List<ReceivedMessage> messages = await ReceiveAsync(scene, 5);
        messages[0].Ack();
        scene.Time.Advance(Delay * 0.6);
        Task acked = messages[1].AckAsync().AsTask();
        await scene.Connection.AnswerSettleAsync(await scene.SettleAsync());
        await acked.Soon();

        messages[2].Ack();
        scene.Time.Advance(Delay * 0.6);
        await scene.Connection.SettleDownAsync();
        messages[3].Ack();
        scene.Time.Advance(Delay * 0.4);

        Assert.Equal([(3ul, 2u)], RunsOf(await scene.SettleAsync()));
    }

    [Fact]
    public async Task Acks_are_sent_when_many_have_gathered()
    {
        await using Scene scene = await Scene.ConsumingAsync(ackDelay: Delay);
        List<ReceivedMessage> messages = await ReceiveAsync(scene, AckGathering.MostMessages);

        messages.ForEach(message => message.Ack());

        Assert.Equal([(1ul, (uint)AckGathering.MostMessages)], RunsOf(await scene.SettleAsync()));
    }

    [Fact]
    public async Task Flush_sends_what_has_gathered()
    {
        await using Scene scene = await Scene.ConsumingAsync(ackDelay: Delay);
        List<ReceivedMessage> messages = await ReceiveAsync(scene, 2);
        messages.ForEach(message => message.Ack());

        Task flushed = scene.Consumer.FlushAsync();
        await scene.Connection.AnswerSettleAsync(await scene.SettleAsync());

        await flushed.Soon();
    }

    [Fact]
    public async Task Closing_sends_what_has_gathered_before_it_leaves()
    {
        await using Scene scene = await Scene.ConsumingAsync(ackDelay: Delay);
        List<ReceivedMessage> messages = await ReceiveAsync(scene, 2);
        messages.ForEach(message => message.Ack());

        Task closed = scene.Consumer.DisposeAsync().AsTask();
        V1.ClientFrame settle = await scene.SettleAsync();
        await scene.Connection.AnswerSettleAsync(settle);
        V1.ClientFrame unsubscribe = await scene.Connection.ExpectPastCreditAsync(Command.Unsubscribe);
        await scene.Connection.AnswerAsync(unsubscribe, new V1.ServerFrame { Unsubscribed = new V1.Unsubscribed() });

        await closed.Soon();
        Assert.Equal([(1ul, 2u)], RunsOf(settle));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1_001)]
    public async Task Delay_out_of_range_is_refused(int milliseconds)
    {
        await using Scene scene = Scene.Start();
        ConsumerOptions options = new() { AckDelay = TimeSpan.FromMilliseconds(milliseconds) };

        Assert.Throws<ArgumentOutOfRangeException>(() => scene.Client.CreateConsumer(Scene.Queue, Scene.Group, options));
    }

    private static IEnumerable<(ulong First, uint Count)> RunsOf(V1.ClientFrame settle) =>
        settle.Settle.Runs.Select(run => (run.FirstOffset, run.Count));

    private static async Task<List<ReceivedMessage>> ReceiveAsync(Scene scene, int count)
    {
        await scene.Connection.DeliverAsync(FakeConnection.Run(1, count));
        return await scene.ReceiveAsync(count);
    }
}
