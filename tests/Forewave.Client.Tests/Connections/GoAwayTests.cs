using Forewave.Client.Consuming;
using Forewave.Client.Tests.Fakes;
using Forewave.Protocol;
using Command = Forewave.Protocol.V1.ClientFrame.CommandOneofCase;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Tests.Connections;

public sealed class GoAwayTests
{
    [Fact]
    public async Task Producer_sends_what_is_new_over_the_next_connection_when_the_broker_goes_away()
    {
        await using Scene scene = await Scene.ProducingAsync();
        (Task<Receipt> first, V1.ClientFrame sent) = await PublishFirstAsync(scene);
        FakeConnection old = scene.Connection;

        await old.GoAwayAsync();
        await old.SettleDownAsync();
        Task<Receipt> second = scene.Producer.PublishAsync(Scene.Queue, "second"u8.ToArray()).AsTask();
        FakeConnection next = await scene.Broker.AcceptAsync();
        await old.AnswerPublishAsync(sent, 500);
        await old.ExpectEndAsync();
        await next.AnswerProducerAsync(lastSequence: 1);
        await next.AnswerQueueAsync("orders");
        V1.ClientFrame again = await next.ExpectAsync(Command.Publish);
        await next.AnswerPublishAsync(again, 501);

        V1.PublishBatch batch = Assert.Single(again.Publish.Batches);
        Assert.Equal((2ul, "second"), (batch.FirstSequence, Scene.Text(batch)));
        Assert.Equal((500ul, 501ul), ((await first.Soon()).MessageId.Position.Bits, (await second.Soon()).MessageId.Position.Bits));
    }

    [Fact]
    public async Task Producer_sends_again_what_the_broker_left_unanswered()
    {
        await using Scene scene = await Scene.ProducingAsync();
        (Task<Receipt> first, _) = await PublishFirstAsync(scene);
        FakeConnection old = scene.Connection;

        await old.GoAwayAsync();
        await old.SettleDownAsync();
        FakeConnection next = await scene.Broker.AcceptAsync();
        await old.BreakAsync();
        await next.AnswerProducerAsync();
        await next.AnswerQueueAsync("orders");
        V1.ClientFrame again = await next.ExpectAsync(Command.Publish);
        await next.AnswerPublishAsync(again, 500);

        Assert.Equal((1ul, "first"), (again.Publish.Batches[0].FirstSequence, Scene.Text(again.Publish.Batches[0])));
        Assert.Equal(500ul, (await first.Soon()).MessageId.Position.Bits);
    }

    [Fact]
    public async Task Queue_is_opened_on_the_next_connection_alone_when_the_broker_goes_away()
    {
        await using Scene scene = await Scene.ProducingAsync();
        FakeConnection old = scene.Connection;

        await old.GoAwayAsync();
        FakeConnection next = await scene.Broker.AcceptAsync();
        Task<Receipt> published = scene.Producer.PublishAsync(Scene.Queue, "one"u8.ToArray()).AsTask();
        await old.ExpectEndAsync();
        await next.AnswerProducerAsync();
        await next.AnswerQueueAsync("orders");
        await next.AnswerPublishAsync(await next.ExpectAsync(Command.Publish), 500);

        await published.Soon();
    }

    [Fact]
    public async Task Consumer_comes_back_on_the_next_connection_with_all_that_it_was_sent()
    {
        await using Scene scene = await Scene.ConsumingAsync(new ConsumerOptions { PrefetchMessages = 4 });
        FakeConnection old = scene.Connection;
        await old.DeliverAsync(FakeConnection.Run(1, 3));
        List<ReceivedMessage> handedOut = await scene.ReceiveAsync(2);

        await old.GoAwayAsync();
        V1.ClientFrame unsubscribe = await old.ExpectPastCreditAsync(Command.Unsubscribe);
        await old.DeliverAsync(FakeConnection.Run(4, 1));
        List<ReceivedMessage> rest = await scene.ReceiveAsync(2);
        await old.AnswerAsync(unsubscribe, new V1.ServerFrame { Unsubscribed = new V1.Unsubscribed() });
        await old.ExpectEndAsync();
        FakeConnection next = await scene.Broker.AcceptAsync();
        V1.Subscribe subscribe = await next.AnswerSubscribeAsync();
        handedOut[0].Ack();
        V1.ClientFrame settle = await next.ExpectPastCreditAsync(Command.Settle);

        Assert.Equal((old.Subscription, false), (unsubscribe.Unsubscribe.Subscription, unsubscribe.Unsubscribe.Release));
        Assert.Equal(["3", "4"], rest.Select(Scene.Text));
        Assert.True(subscribe.Returning);
        Assert.Equal(new V1.OffsetRange { First = 1, Count = 4, Attempt = 1 }, Assert.Single(subscribe.Held));
        Assert.Equal(1ul, Assert.Single(settle.Settle.Runs).FirstOffset);
    }

    [Fact]
    public async Task Settle_goes_over_the_old_connection_while_something_is_unanswered_there()
    {
        await using Scene scene = await Scene.ConsumingAsync();
        FakeConnection old = scene.Connection;
        await old.DeliverAsync(FakeConnection.Run(1, 1));
        ReceivedMessage message = Assert.Single(await scene.ReceiveAsync(1));

        await old.GoAwayAsync();
        V1.ClientFrame unsubscribe = await old.ExpectPastCreditAsync(Command.Unsubscribe);
        Task acked = message.AckAsync().AsTask();
        await old.AnswerSettleAsync(await old.ExpectPastCreditAsync(Command.Settle));
        await acked.Soon();
        await old.AnswerAsync(unsubscribe, new V1.ServerFrame { Unsubscribed = new V1.Unsubscribed() });
        await old.ExpectEndAsync();
        V1.Subscribe subscribe = await (await scene.Broker.AcceptAsync()).AnswerSubscribeAsync();

        Assert.Empty(subscribe.Held);
    }

    [Fact]
    public async Task Pull_is_asked_again_on_the_next_connection_when_the_broker_goes_away()
    {
        await using Scene scene = await Scene.ConsumingAsync(new ConsumerOptions { PrefetchMessages = 0 });
        FakeConnection old = scene.Connection;
        Task<IReadOnlyList<ReceivedMessage>> receiving = scene.Consumer.ReceiveAsync(5, TimeSpan.FromSeconds(50)).AsTask();
        V1.ClientFrame pull = await old.ExpectAsync(Command.Receive);

        await old.GoAwayAsync();
        V1.ClientFrame unsubscribe = await old.ExpectAsync(Command.Unsubscribe);
        await old.RefuseAsync(pull, ErrorCode.SubscriptionEnded);
        await old.AnswerAsync(unsubscribe, new V1.ServerFrame { Unsubscribed = new V1.Unsubscribed() });
        FakeConnection next = await scene.Broker.AcceptAsync();
        await next.AnswerSubscribeAsync();
        V1.ClientFrame again = await next.ExpectAsync(Command.Receive);
        V1.Delivery delivery = new() { Subscription = next.Subscription };
        delivery.Runs.Add(FakeConnection.Run(1, 1));
        await next.AnswerAsync(again, new V1.ServerFrame { Delivery = delivery });

        Assert.Equal("1", Scene.Text(Assert.Single(await receiving.Soon())));
    }

    [Fact]
    public async Task Subscription_that_is_answered_after_the_go_away_is_left_at_once()
    {
        await using Scene scene = Scene.Start();
        Consumer consumer = scene.Client.CreateConsumer(Scene.Queue, Scene.Group);
        FakeConnection old = await scene.Broker.AcceptAsync();
        V1.ClientFrame subscribe = await old.ExpectAsync(Command.Subscribe);

        await old.GoAwayAsync();
        await old.SettleDownAsync();
        await old.AnswerAsync(subscribe, new V1.ServerFrame { Subscribed = new V1.Subscribed { Subscription = 5, QueueId = 1, GroupId = 1 } });
        V1.ClientFrame unsubscribe = await old.ExpectAsync(Command.Unsubscribe);
        await old.AnswerAsync(unsubscribe, new V1.ServerFrame { Unsubscribed = new V1.Unsubscribed() });
        FakeConnection next = await scene.Broker.AcceptAsync();
        V1.Subscribe again = await next.AnswerSubscribeAsync();

        await consumer.SubscribedAsync().Soon();
        Assert.Equal(5u, unsubscribe.Unsubscribe.Subscription);
        Assert.True(again.Returning);
    }

    [Fact]
    public async Task Administration_asks_the_next_connection_when_the_broker_goes_away()
    {
        await using Scene scene = Scene.Start();
        Task connecting = scene.Client.ConnectAsync().AsTask();
        FakeConnection old = await scene.Broker.AcceptAsync();
        await connecting.Soon();

        await old.GoAwayAsync();
        // The old one, of which nobody waits for anything, may have ended by now.
        FakeConnection next = await scene.Broker.AcceptAsync();
        Task showing = scene.Client.Administration.ShowBrokerAsync().AsTask();
        V1.ClientFrame asked = await next.ExpectAsync(Command.Administration);
        await next.AnswerAsync(asked, new V1.ServerFrame { Administration = new() { Broker = new() { Version = "9" } } });

        await showing.Soon();
        await old.ExpectEndAsync();
    }

    private static async Task<(Task<Receipt> Published, V1.ClientFrame Sent)> PublishFirstAsync(Scene scene)
    {
        Task<Receipt> first = scene.Producer.PublishAsync(Scene.Queue, "first"u8.ToArray()).AsTask();
        await scene.Connection.AnswerQueueAsync("orders");
        return (first, await scene.PublishAsync());
    }
}
