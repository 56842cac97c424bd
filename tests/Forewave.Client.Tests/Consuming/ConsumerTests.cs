using System.Text;
using Forewave.Client.Consuming;
using Forewave.Client.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Google.Protobuf;
using Command = Forewave.Protocol.V1.ClientFrame.CommandOneofCase;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Tests.Consuming;

public sealed class ConsumerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Message_wakes_who_waits_for_it_when_others_have_given_up_before(bool isCancelled)
    {
        await using Scene scene = await Scene.ConsumingAsync();
        using CancellationTokenSource source = new();
        TimeSpan wait = isCancelled ? TimeSpan.FromSeconds(60) : TimeSpan.FromSeconds(1);
        Task<IReadOnlyList<ReceivedMessage>> first = scene.Consumer.ReceiveAsync(1, wait, source.Token).AsTask();
        if (isCancelled)
        {
            await source.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.Soon());
        }
        else
        {
            scene.Time.Advance(wait);
            Assert.Empty(await first.Soon());
        }

        Task<IReadOnlyList<ReceivedMessage>> second = scene.Consumer.ReceiveAsync(1, TimeSpan.FromSeconds(60)).AsTask();
        await scene.Connection.DeliverAsync(FakeConnection.Run(1, 1));

        Assert.Equal("1", Scene.Text(Assert.Single(await second.Soon())));
    }

    [Fact]
    public async Task Consumer_asks_for_what_its_options_say_when_it_subscribes()
    {
        await using Scene scene = Scene.Start();
        ConsumerId id = ConsumerId.New();
        scene.Client.CreateConsumer(Scene.Queue, Scene.Group, new ConsumerOptions
        {
            ConsumerId = id,
            Name = new ConsumerName("worker-3"),
            TagFilter = new TagFilter("b,a"),
            Start = StartAt.From(new Offset(17)),
            VisibilityTimeout = TimeSpan.FromSeconds(5),
            AtMostOnce = true,
            CreateQueue = false,
        });

        FakeConnection connection = await scene.Broker.AcceptAsync();
        V1.Subscribe asked = await connection.AnswerSubscribeAsync();

        Assert.Equal(("orders", "mail", "worker-3", "a,b"), (asked.Queue, asked.Group, asked.ConsumerName, asked.TagFilter));
        Assert.Equal((5_000u, true, false, 17ul), (asked.VisibilityTimeout, asked.AtMostOnce, asked.CreateQueue, asked.Start.Offset));
        Assert.Equal(id.ToBytes(), asked.ConsumerId.ToByteArray());
        Assert.False(asked.Returning);
    }

    [Fact]
    public async Task Messages_are_handed_out_in_the_order_of_their_delivery()
    {
        await using Scene scene = await Scene.ConsumingAsync();
        await scene.Connection.DeliverAsync(FakeConnection.Run(5, 3), FakeConnection.Run(20, 2));
        await scene.Connection.DeliverAsync(FakeConnection.Run(8, 1));

        List<ReceivedMessage> messages = await scene.ReceiveAsync(6);

        Assert.Equal(["5", "6", "7", "20", "21", "8"], messages.Select(Scene.Text));
        Assert.Equal([5, 6, 7, 20, 21, 8], messages.Select(message => message.Offset.Value));
    }

    [Fact]
    public async Task Message_tells_what_came_with_it()
    {
        await using Scene scene = await Scene.ConsumingAsync();
        V1.DeliveredRun run = FakeConnection.Run(5, 1, attempt: 2);
        V1.Message message = new() { Tag = "paid", Body = ByteString.CopyFromUtf8("body") };
        message.Keys.AddRange(["k1", "k2"]);
        message.Headers.Add(new V1.Header { Name = "h1", Value = ByteString.CopyFromUtf8("v1") });
        message.Headers.Add(new V1.Header { Name = "h2", Value = ByteString.CopyFromUtf8("") });
        run.Messages.Add(message.ToByteString());
        run.Redriven = true;
        await scene.Connection.DeliverAsync(run);

        ReceivedMessage received = (await scene.ReceiveAsync(2))[1];

        Assert.Equal("body", Scene.Text(received));
        Assert.Equal("paid", received.Tag);
        Assert.Equal(["k1", "k2"], received.Keys);
        Assert.Equal([("h1", "v1"), ("h2", "")], received.Headers.Select(header => (header.Key, Encoding.UTF8.GetString(header.Value.Span))));
        Assert.True(received.TryGetHeader("h1"u8, out ReadOnlyMemory<byte> value));
        Assert.Equal("v1"u8, value.Span);
        Assert.False(received.TryGetHeader("h3"u8, out _));
        Assert.Equal(new MessageId(new PartitionNumber(3), LogPosition.FromBits(1006)), received.Id);
        Assert.Equal((6L, 2u, "shop", true), (received.Offset.Value, received.Attempt.Value, received.ProducerName, received.IsRedriven));
        Assert.Equal(1_767_323_045_000, received.PublishTime.ToUnixTimeMilliseconds());
        Assert.True(LeaseHandle.TryParse(received.Handle.ToString(), out LeaseHandle handle));
        Assert.Equal((11u, 12u, 6L, 7u), (handle.Queue.Value, handle.Group.Value, handle.Offset.Value, handle.Epoch.Value));
    }

    [Fact]
    public async Task Bodies_are_whole_whatever_their_sizes()
    {
        const int Seed = 20_260_731;
        Random random = new(Seed);
        await using Scene scene = await Scene.ConsumingAsync();
        List<byte[]> bodies = [.. Enumerable.Range(0, 200).Select(i => new byte[i % 20 == 0 ? random.Next(200_000) : random.Next(3_000)])];
        bodies.ForEach(random.NextBytes);
        long offset = 1;
        foreach (byte[][] chunk in bodies.Chunk(50))
        {
            V1.DeliveredRun run = FakeConnection.Run(offset, 0);
            run.Messages.AddRange(chunk.Select(body => new V1.Message { Body = ByteString.CopyFrom(body) }.ToByteString()));
            await scene.Connection.DeliverAsync(run);
            offset += chunk.Length;
        }

        List<ReceivedMessage> messages = await scene.ReceiveAsync(bodies.Count);

        Assert.All(messages.Zip(bodies), pair => Assert.True(pair.First.Body.Span.SequenceEqual(pair.Second), $"seed {Seed}, offset {pair.First.Offset}"));
        Assert.Equal(Enumerable.Range(1, bodies.Count).Select(i => (long)i), messages.Select(message => message.Offset.Value));
        Assert.All(messages.Where(message => message.Body.Length < 60_000), message =>
            Assert.InRange(message.Run.Bytes.Length, 1, 64 * 1024));
    }

    [Fact]
    public async Task Credit_is_given_for_the_window_and_back_in_quarters()
    {
        await using Scene scene = await Scene.ConsumingAsync(new ConsumerOptions { PrefetchMessages = 8, PrefetchBytes = 4096 });

        V1.ClientFrame first = await scene.Connection.ExpectAsync(Command.Credit);
        await scene.Connection.DeliverAsync(FakeConnection.Run(1, 8));
        await scene.ReceiveAsync(1);
        await scene.ReceiveAsync(1);
        V1.ClientFrame second = await scene.Connection.ExpectAsync(Command.Credit);
        await scene.ReceiveAsync(2);
        V1.ClientFrame third = await scene.Connection.ExpectAsync(Command.Credit);

        Assert.Equal((8u, 4096u), (first.Credit.Messages, first.Credit.Bytes));
        uint messageBytes = 2 + 3;
        Assert.Equal((scene.Connection.Subscription, 2u, 2 * messageBytes), (second.Credit.Subscription, second.Credit.Messages, second.Credit.Bytes));
        Assert.Equal((2u, 2 * messageBytes), (third.Credit.Messages, third.Credit.Bytes));
    }

    [Fact]
    public async Task Credit_in_bytes_is_given_back_when_few_large_messages_use_it_up()
    {
        await using Scene scene = await Scene.ConsumingAsync(new ConsumerOptions { PrefetchMessages = 1_000, PrefetchBytes = 4096 });
        await scene.Connection.ExpectAsync(Command.Credit);
        await scene.Connection.DeliverAsync(FakeConnection.Run(1, 1, padding: 5_000));

        await scene.ReceiveAsync(1);
        V1.ClientFrame credit = await scene.Connection.ExpectAsync(Command.Credit);

        Assert.Equal(1u, credit.Credit.Messages);
        Assert.InRange(credit.Credit.Bytes, 5_000u, 5_020u);
    }

    [Fact]
    public async Task Messages_that_waited_for_half_of_their_lease_are_given_back_and_less_is_asked_for()
    {
        await using Scene scene = await Scene.ConsumingAsync(new ConsumerOptions { PrefetchMessages = 100 });
        await scene.Connection.ExpectAsync(Command.Credit);
        await scene.Connection.DeliverAsync(FakeConnection.Run(1, 100));
        await scene.ReceiveAsync(3);

        scene.Time.Advance(TimeSpan.FromSeconds(15));
        V1.ClientFrame settle = await scene.SettleAsync();
        await scene.Connection.AnswerSettleAsync(settle);
        await scene.Connection.DeliverAsync(FakeConnection.Run(4, 1));
        List<ReceivedMessage> next = await scene.ReceiveAsync(1);

        V1.SettleRun run = Assert.Single(settle.Settle.Runs);
        Assert.Equal((V1.SettleVerb.Release, 4ul, 97u), (run.Verb, run.FirstOffset, run.Count));
        Assert.Equal("4", Scene.Text(Assert.Single(next)));
    }

    [Fact]
    public async Task Receive_returns_what_is_there_and_nothing_when_the_wait_is_over()
    {
        await using Scene scene = await Scene.ConsumingAsync();
        await scene.Connection.DeliverAsync(FakeConnection.Run(1, 3));

        IReadOnlyList<ReceivedMessage> first = await scene.Consumer.ReceiveAsync(2, TimeSpan.FromSeconds(5)).Soon();
        IReadOnlyList<ReceivedMessage> second = await scene.Consumer.ReceiveAsync(2, TimeSpan.FromSeconds(5)).Soon();
        Task<IReadOnlyList<ReceivedMessage>> third = scene.Consumer.ReceiveAsync(2, TimeSpan.FromSeconds(5)).AsTask();
        scene.Time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(["1", "2"], first.Select(Scene.Text));
        Assert.Equal(["3"], second.Select(Scene.Text));
        Assert.Empty(await third.Soon());
    }

    [Fact]
    public async Task Consumer_without_prefetch_asks_for_messages_when_they_are_wanted()
    {
        await using Scene scene = await Scene.ConsumingAsync(new ConsumerOptions { PrefetchMessages = 0 });

        Task<IReadOnlyList<ReceivedMessage>> receiving = scene.Consumer.ReceiveAsync(7, TimeSpan.FromSeconds(5)).AsTask();
        V1.ClientFrame asked = await scene.Connection.ExpectAsync(Command.Receive);
        V1.Delivery delivery = new() { Subscription = scene.Connection.Subscription };
        delivery.Runs.Add(FakeConnection.Run(1, 2));
        await scene.Connection.AnswerAsync(asked, new V1.ServerFrame { Delivery = delivery });

        Assert.Equal(["1", "2"], (await receiving.Soon()).Select(Scene.Text));
        Assert.Equal((7u, 5_000u), (asked.Receive.MaxMessages, asked.Receive.Wait));
    }

    [Fact]
    public async Task Enumeration_throws_when_the_broker_refuses_the_subscription_for_good()
    {
        await using Scene scene = Scene.Start();
        Consumer consumer = scene.Client.CreateConsumer(Scene.Queue, Scene.Group);
        FakeConnection connection = await scene.Broker.AcceptAsync();
        Task<bool> next = consumer.GetAsyncEnumerator().MoveNextAsync().AsTask();

        await connection.RefuseAsync(await connection.ExpectAsync(Command.Subscribe), ErrorCode.GroupFilterDiffers);

        ForewaveException error = await Assert.ThrowsAsync<ForewaveException>(() => next.Soon());
        Assert.Equal(ErrorCode.GroupFilterDiffers, error.Code);
        await Assert.ThrowsAsync<ForewaveException>(() => consumer.SubscribedAsync().Soon());
    }

    [Fact]
    public async Task Subscription_is_tried_again_when_the_broker_refuses_it_for_a_while()
    {
        await using Scene scene = Scene.Start();
        Consumer consumer = scene.Client.CreateConsumer(Scene.Queue, Scene.Group);
        FakeConnection connection = await scene.Broker.AcceptAsync();
        V1.ClientFrame first = await connection.ExpectAsync(Command.Subscribe);
        Task pausing = scene.Time.NextTimerAsync();
        await connection.RefuseAsync(first, ErrorCode.UnsettledLimit);
        await pausing.Soon();

        scene.Time.Advance(TimeSpan.FromSeconds(1));
        await connection.AnswerSubscribeAsync();

        await consumer.SubscribedAsync().Soon();
    }

    [Fact]
    public async Task Enumeration_throws_when_the_broker_ends_the_subscription()
    {
        await using Scene scene = await Scene.ConsumingAsync();
        Task<bool> next = scene.Consumer.GetAsyncEnumerator().MoveNextAsync().AsTask();
        V1.SubscriptionEnded ended = new()
        {
            Subscription = scene.Connection.Subscription, Error = ErrorFrame.Of(ErrorCode.QueueNotFound),
        };

        await scene.Connection.SendAsync(new V1.ServerFrame { SubscriptionEnded = ended });

        ForewaveException error = await Assert.ThrowsAsync<ForewaveException>(() => next.Soon());
        Assert.Equal(ErrorCode.QueueNotFound, error.Code);
    }

    [Fact]
    public async Task Closing_ends_the_subscription_and_releases_what_was_not_handed_out()
    {
        await using Scene scene = await Scene.ConsumingAsync();
        await scene.Connection.DeliverAsync(FakeConnection.Run(1, 10));
        await scene.ReceiveAsync(2);

        Task closing = scene.Consumer.DisposeAsync().AsTask();
        V1.ClientFrame one = await scene.Connection.ExpectPastCreditAsync(Command.Settle, Command.Unsubscribe);
        V1.ClientFrame two = await scene.Connection.ExpectPastCreditAsync(Command.Settle, Command.Unsubscribe);
        V1.ClientFrame settle = one.Settle is null ? two : one;
        V1.ClientFrame unsubscribe = one.Settle is null ? one : two;
        await scene.Connection.AnswerAsync(unsubscribe, new V1.ServerFrame { Unsubscribed = new V1.Unsubscribed() });
        Assert.False(closing.IsCompleted);
        await scene.Connection.AnswerSettleAsync(settle);
        await closing.Soon();

        Assert.Equal((scene.Connection.Subscription, false), (unsubscribe.Unsubscribe.Subscription, unsubscribe.Unsubscribe.Release));
        V1.SettleRun run = Assert.Single(settle.Settle.Runs);
        Assert.Equal((V1.SettleVerb.Release, 3ul, 8u), (run.Verb, run.FirstOffset, run.Count));
        Assert.Empty(await scene.ReceiveAsync(1));
    }

    [Fact]
    public async Task Returning_consumer_lists_no_more_ranges_than_the_broker_reads()
    {
        await using Scene scene = await Scene.ConsumingAsync();
        await scene.Connection.DeliverAsync(Enumerable.Range(1, Limits.BatchesPerFrame + 5).Select(i => FakeConnection.Run(2 * i, 1)));
        await scene.Connection.SettleDownAsync();

        await scene.ReconnectAsync();
        V1.Subscribe subscribe = await scene.Connection.AnswerSubscribeAsync();

        Assert.Equal(Limits.BatchesPerFrame, subscribe.Held.Count);
    }

    [Fact]
    public async Task Ack_reaches_the_broker_over_the_next_connection_when_the_consumer_closes_without_one()
    {
        await using Scene scene = await Scene.ConsumingAsync();
        await scene.Connection.DeliverAsync(FakeConnection.Run(1, 1));
        ReceivedMessage message = (await scene.ReceiveAsync(1))[0];
        await scene.Connection.BreakAsync();

        message.Ack();
        Task closing = scene.Consumer.DisposeAsync().AsTask();
        FakeConnection next = await scene.Broker.AcceptAsync();
        V1.ClientFrame settle = await next.ExpectAsync(Command.Settle);
        await next.AnswerSettleAsync(settle);

        Assert.Equal(1ul, Assert.Single(settle.Settle.Runs).FirstOffset);
        await closing.Soon();
    }

    [Fact]
    public async Task Message_of_a_closed_consumer_cannot_be_settled()
    {
        await using Scene scene = await Scene.ConsumingAsync();
        await scene.Connection.DeliverAsync(FakeConnection.Run(1, 1));
        ReceivedMessage message = (await scene.ReceiveAsync(1))[0];
        await scene.Connection.BreakAsync();
        await scene.Broker.AcceptAsync();

        await scene.Consumer.DisposeAsync().Soon();

        ForewaveException error = await Assert.ThrowsAsync<ForewaveException>(() => message.AckAsync().Soon());
        Assert.Equal(ErrorCode.ClientClosed, error.Code);
        Assert.Throws<ForewaveException>(() => message.Ack());
    }

    [Fact]
    public async Task Default_message_says_what_it_is_when_it_is_used()
    {
        await using Scene scene = await Scene.ConsumingAsync();

        Assert.False(scene.Consumer.TryReceive(out ReceivedMessage message));

        Assert.Throws<InvalidOperationException>(() => message.Body);
        Assert.Equal("", message.ToString());
    }

    [Fact]
    public async Task Many_are_received_at_once_in_order()
    {
        await using Scene scene = await Scene.ConsumingAsync();
        await scene.Connection.DeliverAsync(FakeConnection.Run(1, 10), FakeConnection.Run(11, 10));
        ReceivedMessage first = (await scene.ReceiveAsync(1))[0];
        ReceivedMessage[] messages = new ReceivedMessage[15];

        int some = scene.Consumer.TryReceive(messages);
        long[] offsets = [.. messages[..some].Select(message => message.Offset.Value)];
        int rest = scene.Consumer.TryReceive(messages);

        Assert.Equal(1, first.Offset.Value);
        Assert.Equal([.. Enumerable.Range(2, 15).Select(offset => (long)offset)], offsets);
        Assert.Equal((4, 0), (rest, scene.Consumer.TryReceive(messages)));
        Assert.Equal(20, messages[3].Offset.Value);
    }

    [Fact]
    public async Task Receiving_and_acking_allocate_nothing_for_a_message()
    {
        const int Messages = 9_000;
        await using Scene scene = await Scene.ConsumingAsync(new ConsumerOptions { PrefetchMessages = 100_000 });
        await scene.Connection.DeliverAsync(FakeConnection.Run(1, Messages));
        ReceivedMessage first = (await scene.ReceiveAsync(1))[0];
        first.Ack();

        long before = GC.GetAllocatedBytesForCurrentThread();
        int bytes = 0;
        for (int i = 1; i < Messages; i++)
        {
            scene.Consumer.TryReceive(out ReceivedMessage message);
            bytes += message.Body.Length;
            message.Ack();
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(bytes > Messages);
        Assert.True(allocated < Messages, $"{allocated} bytes for {Messages} messages");
    }
}
