using System.Text;
using System.Text.Json.Serialization;
using Forewave.Client.Producing;
using Forewave.Client.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Command = Forewave.Protocol.V1.ClientFrame.CommandOneofCase;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Tests.Producing;

public sealed partial class ProducerTests
{
    private static readonly QueueName Other = new("other");

    [Fact]
    public async Task Publish_completes_with_the_receipt()
    {
        await using Scene scene = await Scene.ProducingAsync();

        Task<Receipt> published = scene.Producer.PublishAsync(Scene.Queue, "one"u8.ToArray()).AsTask();
        uint queue = await scene.Connection.AnswerQueueAsync("orders");
        V1.ClientFrame publish = await scene.PublishAsync();
        await scene.Connection.AnswerPublishAsync(publish, 500);
        Receipt receipt = await published.Soon();

        V1.PublishBatch batch = Assert.Single(publish.Publish.Batches);
        Assert.Equal((queue, 1ul, "one"), (batch.Queue, batch.FirstSequence, Scene.Text(batch)));
        Assert.Equal(new MessageId(new PartitionNumber(3), LogPosition.FromBits(500)), receipt.MessageId);
        Assert.Equal((Durability.Synced, false), (receipt.Durability, receipt.IsDuplicate));
    }

    [Fact]
    public async Task Receipt_that_says_less_than_the_producer_requires_is_an_error()
    {
        await using Scene scene = await Scene.ProducingAsync(new ProducerOptions { RequiredDurability = Durability.SlaveReceived });
        Task<Receipt> alone = scene.Producer.PublishAsync(Scene.Queue, "a"u8.ToArray()).AsTask();
        await scene.Connection.AnswerQueueAsync("orders");
        V1.ClientFrame first = await scene.PublishAsync();
        V1.Published answer = new();
        answer.Batches.Add(new V1.PublishedBatch { FirstPosition = 700, Durability = V1.Durability.MasterSynced });
        await scene.Connection.AnswerAsync(first, new V1.ServerFrame { Published = answer });
        ForewaveException error = await Assert.ThrowsAsync<ForewaveException>(() => alone.Soon());
        Task<Receipt> received = scene.Producer.PublishAsync(Scene.Queue, "b"u8.ToArray()).AsTask();
        V1.ClientFrame second = await scene.PublishAsync();
        answer.Batches[0] = new V1.PublishedBatch { FirstPosition = 701, Durability = V1.Durability.SlaveReceived };
        await scene.Connection.AnswerAsync(second, new V1.ServerFrame { Published = answer });

        Assert.Equal((ErrorCode.DurabilityNotReached, StoredOutcome.Unknown), (error.Code, error.Stored));
        Assert.Equal(Durability.SlaveReceived, (await received.Soon()).Durability);
        Assert.Equal((1, "b"), (second.Publish.Batches.Count, Scene.Text(second.Publish.Batches[0])));
    }

    [Fact]
    public async Task Message_is_published_with_all_its_parts()
    {
        await using Scene scene = await Scene.ProducingAsync();
        Message message = new("body"u8.ToArray())
        {
            Tag = "paid",
            Keys = new[] { "k1", "k2" },
            Headers = new KeyValuePair<string, ReadOnlyMemory<byte>>[] { new("h", "v"u8.ToArray()) },
        };

        _ = scene.Producer.PublishAsync(Scene.Queue, message).AsTask();
        await scene.Connection.AnswerQueueAsync("orders");
        V1.ClientFrame publish = await scene.PublishAsync();

        V1.Message sent = V1.Message.Parser.ParseFrom(publish.Publish.Batches[0].Messages[0]);
        Assert.Equal(("body", "paid"), (sent.Body.ToStringUtf8(), sent.Tag));
        Assert.Equal(["k1", "k2"], sent.Keys);
        V1.Header header = Assert.Single(sent.Headers);
        Assert.Equal(("h", "v"), (header.Name, header.Value.ToStringUtf8()));
    }

    [Fact]
    public async Task Value_is_published_as_json()
    {
        await using Scene scene = await Scene.ProducingAsync();

        _ = scene.Producer.PublishAsync(Scene.Queue, new Order(7), OrderContext.Default.Order).AsTask();
        await scene.Connection.AnswerQueueAsync("orders");
        V1.ClientFrame publish = await scene.PublishAsync();

        Assert.Equal("""{"Number":7}""", Scene.Text(publish.Publish.Batches[0]));
    }

    [Fact]
    public async Task What_gathers_goes_in_one_frame_with_a_batch_for_each_queue()
    {
        await using Scene scene = await Scene.ProducingAsync(new ProducerOptions { FramesInFlight = 1 });
        await OpenAsync(scene);
        _ = scene.Producer.PublishAsync(Other, "x"u8.ToArray()).AsTask();
        await scene.Connection.AnswerQueueAsync("other");
        V1.ClientFrame first = await scene.PublishAsync();

        Task<Receipt>[] published = [.. "abcde".Select(one =>
            scene.Producer.PublishAsync(one == 'c' ? Other : Scene.Queue, Encoding.UTF8.GetBytes($"{one}")).AsTask())];
        await scene.Connection.AnswerPublishAsync(first, 600);
        V1.ClientFrame second = await scene.PublishAsync();
        await scene.Connection.AnswerPublishAsync(second, 700);
        Receipt[] receipts = await Task.WhenAll(published).Soon();

        Assert.Equal([(3ul, "a b d e"), (7ul, "c")], second.Publish.Batches.Select(batch => (batch.FirstSequence, Scene.Text(batch))));
        Assert.Equal([700ul, 701ul, 704ul, 702ul, 703ul], receipts.Select(receipt => receipt.MessageId.Position.Bits));
    }

    [Fact]
    public async Task Batches_that_are_used_again_carry_nothing_of_earlier_ones()
    {
        await using Scene scene = await Scene.ProducingAsync();
        await OpenAsync(scene);
        ulong sequence = 1;
        for (int round = 0; round < 5; round++)
        {
            string body = new((char)('a' + round), 3_000 / (round + 1));

            Task<Receipt> published = scene.Producer.PublishAsync(Scene.Queue, Encoding.UTF8.GetBytes(body)).AsTask();
            V1.ClientFrame publish = await scene.PublishAsync();
            await scene.Connection.AnswerPublishAsync(publish, 500 + sequence);
            Receipt receipt = await published.Soon();

            V1.PublishBatch batch = Assert.Single(publish.Publish.Batches);
            Assert.Equal(body, Scene.Text(batch));
            Assert.Equal(500 + sequence, receipt.MessageId.Position.Bits);
            sequence = batch.FirstSequence + 1;
        }
    }

    [Fact]
    public async Task Unanswered_frames_are_sent_again_in_order_under_their_sequences_after_a_reconnect()
    {
        ProducerId id = ProducerId.New();
        await using Scene scene = await Scene.ProducingAsync(new ProducerOptions { ProducerId = id });
        await OpenAsync(scene);
        List<Task<Receipt>> published = [];
        for (int i = 0; i < 3; i++)
        {
            published.Add(scene.Producer.PublishAsync(Scene.Queue, Encoding.UTF8.GetBytes($"{i}")).AsTask());
            await scene.PublishAsync();
        }

        await scene.ReconnectAsync();
        published.Add(scene.Producer.PublishAsync(Scene.Queue, "later"u8.ToArray()).AsTask());
        V1.OpenProducer opened = await scene.Connection.AnswerProducerAsync(lastSequence: 2);
        uint queue = await scene.Connection.AnswerQueueAsync("orders");
        List<V1.PublishBatch> batches = [];
        while (batches.Count < 4)
        {
            V1.ClientFrame publish = await scene.PublishAsync();
            batches.AddRange(publish.Publish.Batches);
            await scene.Connection.AnswerPublishAsync(publish, 900 + (ulong)batches.Count);
        }

        await Task.WhenAll(published).Soon();
        Assert.Equal(id.ToBytes(), opened.ProducerId.ToByteArray());
        Assert.Equal([(2ul, "0"), (3ul, "1"), (4ul, "2"), (5ul, "later")], batches.Select(batch => (batch.FirstSequence, Scene.Text(batch))));
        Assert.All(batches, batch => Assert.Equal(queue, batch.Queue));
    }

    [Fact]
    public async Task Duplicate_is_answered_with_the_first_ids()
    {
        await using Scene scene = await Scene.ProducingAsync();
        await OpenAsync(scene);
        Task<IReadOnlyList<Receipt>> published = scene.Producer.PublishManyAsync(
            Scene.Queue, [new Message("a"u8.ToArray()), new Message("b"u8.ToArray())]).AsTask();
        Queue<ulong> positions = new([42, 99]);

        for (int left = 2; left > 0;)
        {
            V1.ClientFrame publish = await scene.PublishAsync();
            V1.PublishBatch batch = Assert.Single(publish.Publish.Batches);
            V1.PublishedBatch answer = new() { FirstPosition = positions.Peek(), Duplicate = true, Durability = V1.Durability.Synced };
            answer.Positions.AddRange(batch.Messages.Select(_ => positions.Dequeue()));
            V1.Published all = new();
            all.Batches.Add(answer);
            await scene.Connection.AnswerAsync(publish, new V1.ServerFrame { Published = all });
            left -= batch.Messages.Count;
        }

        IReadOnlyList<Receipt> receipts = await published.Soon();
        Assert.Equal([42ul, 99ul], receipts.Select(receipt => receipt.MessageId.Position.Bits));
        Assert.All(receipts, receipt => Assert.True(receipt.IsDuplicate));
    }

    [Fact]
    public async Task Refusal_for_good_reaches_the_caller_and_others_are_stored()
    {
        await using Scene scene = await Scene.ProducingAsync(new ProducerOptions { FramesInFlight = 1 });
        await OpenAsync(scene);
        _ = scene.Producer.PublishAsync(Other, "x"u8.ToArray()).AsTask();
        await scene.Connection.AnswerQueueAsync("other");
        V1.ClientFrame first = await scene.PublishAsync();
        Task<Receipt> good = scene.Producer.PublishAsync(Scene.Queue, "a"u8.ToArray()).AsTask();
        Task<Receipt> bad = scene.Producer.PublishAsync(Other, "b"u8.ToArray()).AsTask();
        await scene.Connection.AnswerPublishAsync(first, 600);

        V1.ClientFrame second = await scene.PublishAsync();
        V1.Published answer = new();
        answer.Batches.Add(new V1.PublishedBatch { FirstPosition = 700, Durability = V1.Durability.Synced });
        answer.Batches.Add(new V1.PublishedBatch { Error = ErrorFrame.Of(ErrorCode.MessageTooLarge) });
        await scene.Connection.AnswerAsync(second, new V1.ServerFrame { Published = answer });

        await good.Soon();
        ForewaveException error = await Assert.ThrowsAsync<ForewaveException>(() => bad.Soon());
        Assert.Equal((ErrorCode.MessageTooLarge, StoredOutcome.No), (error.Code, error.Stored));
    }

    [Fact]
    public async Task Refusal_for_a_while_is_tried_again_under_a_new_sequence()
    {
        await using Scene scene = await Scene.ProducingAsync(new ProducerOptions { RetryPolicy = new RetryAfter(TimeSpan.Zero) });
        await OpenAsync(scene);
        Task<Receipt> published = scene.Producer.PublishAsync(Scene.Queue, "a"u8.ToArray()).AsTask();
        V1.ClientFrame refused = await scene.PublishAsync();
        V1.Published answer = new();
        answer.Batches.Add(new V1.PublishedBatch { Error = ErrorFrame.Of(ErrorCode.DiskFull) });
        await scene.Connection.AnswerAsync(refused, new V1.ServerFrame { Published = answer });

        await scene.Connection.SettleDownAsync();
        scene.Time.Advance(TimeSpan.FromMilliseconds(100));
        V1.ClientFrame again = await scene.PublishAsync();
        await scene.Connection.AnswerPublishAsync(again, 800);
        Receipt receipt = await published.Soon();

        Assert.Equal((2ul, 3ul), (refused.Publish.Batches[0].FirstSequence, again.Publish.Batches[0].FirstSequence));
        Assert.Equal(800ul, receipt.MessageId.Position.Bits);
    }

    [Fact]
    public async Task Batch_that_is_refused_for_one_messages_id_goes_again_in_halves()
    {
        ProducerOptions options = new() { RetryPolicy = new RetryAfter(TimeSpan.FromSeconds(10)) };
        await using Scene scene = Scene.Start();
        scene.Broker.Capabilities = [.. scene.Broker.Capabilities, CapabilityNames.Deduplication];
        await scene.StartProducingAsync(options);
        Task<Receipt>[] published = [.. "abcde".Select(body => scene.Producer.PublishAsync(Scene.Queue, new Message(new[] { (byte)body }) { DeduplicationId = $"{body}" }).AsTask())];
        await scene.Connection.AnswerQueueAsync(Scene.Queue.Value);

        // Each batch that has "d" is refused: it is alone then, and waits.
        List<int> refused = [];
        int stored = 0;
        while (stored < 4)
        {
            V1.ClientFrame frame = await scene.PublishAsync();
            V1.Published answer = new();
            foreach (V1.PublishBatch batch in frame.Publish.Batches)
            {
                string[] bodies = [.. batch.Messages.Select(message => V1.Message.Parser.ParseFrom(message).Body.ToStringUtf8())];
                answer.Batches.Add(bodies.Contains("d")
                    ? new V1.PublishedBatch { Error = ErrorFrame.Of(ErrorCode.DeduplicationIdHeld) }
                    : new V1.PublishedBatch { FirstPosition = 100 + (ulong)stored, Durability = V1.Durability.Synced });
                stored += bodies.Contains("d") ? 0 : bodies.Length;
                refused.AddRange(bodies.Contains("d") ? [bodies.Length] : []);
            }

            await scene.Connection.AnswerAsync(frame, new V1.ServerFrame { Published = answer });
            await scene.Connection.SettleDownAsync();
            scene.Time.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.Equal([5, 3, 2, 1], refused);
        Assert.Equal([100ul, 101, 102, 103], (await Task.WhenAll(published.Where((_, i) => i != 3)).Soon()).Select(receipt => receipt.MessageId.Position.Bits));
        Assert.False(published[3].IsCompleted);
        scene.Time.Advance(TimeSpan.FromSeconds(10));
        await scene.Connection.AnswerPublishAsync(await scene.PublishAsync(), 800);
        Assert.Equal(800ul, (await published[3].Soon()).MessageId.Position.Bits);
    }

    [Fact]
    public async Task Outcome_is_unknown_when_no_answer_comes_before_the_deadline()
    {
        await using Scene scene = await Scene.ProducingAsync(new ProducerOptions { DeliveryDeadline = TimeSpan.FromSeconds(5) });
        await OpenAsync(scene);
        Task<Receipt> published = scene.Producer.PublishAsync(Scene.Queue, "a"u8.ToArray()).AsTask();
        await scene.PublishAsync();

        scene.Time.Advance(TimeSpan.FromSeconds(6));

        ForewaveException error = await Assert.ThrowsAsync<ForewaveException>(() => published.Soon());
        Assert.Equal((ErrorCode.OutcomeUnknown, StoredOutcome.Unknown), (error.Code, error.Stored));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_message_has_an_exception_of_its_own_when_many_fail_together(bool isCancellable)
    {
        using CancellationTokenSource source = new();
        CancellationToken cancellation = isCancellable ? source.Token : default;
        await using Scene scene = Scene.Start();
        scene.Broker.FailedConnects = int.MaxValue;
        Producer producer = scene.Client.CreateProducer(new ProducerOptions { DeliveryDeadline = TimeSpan.FromSeconds(5) });
        Task<Receipt>[] published =
        [
            producer.PublishAsync(Scene.Queue, "a"u8.ToArray(), cancellation).AsTask(),
            producer.PublishAsync(Scene.Queue, "b"u8.ToArray(), cancellation).AsTask(),
        ];
        await scene.Broker.FailedTwice.Task.Soon();

        scene.Time.Advance(TimeSpan.FromSeconds(6));
        ForewaveException first = await Assert.ThrowsAsync<ForewaveException>(() => published[0].Soon());
        ForewaveException second = await Assert.ThrowsAsync<ForewaveException>(() => published[1].Soon());

        Assert.NotSame(first, second);
        Assert.Equal((first.Code, first.Message, first.Detail), (second.Code, second.Message, second.Detail));
    }

    [Fact]
    public async Task Message_that_was_never_sent_fails_with_a_timeout_that_says_why_there_is_no_connection()
    {
        await using Scene scene = Scene.Start();
        scene.Broker.FailedConnects = int.MaxValue;
        Producer producer = scene.Client.CreateProducer(new ProducerOptions { DeliveryDeadline = TimeSpan.FromSeconds(5) });
        Task<Receipt> published = producer.PublishAsync(Scene.Queue, "a"u8.ToArray()).AsTask();
        await scene.Broker.FailedTwice.Task.Soon();

        scene.Time.Advance(TimeSpan.FromSeconds(6));

        ForewaveException error = await Assert.ThrowsAsync<ForewaveException>(() => published.Soon());
        Assert.Equal((ErrorCode.Timeout, StoredOutcome.No), (error.Code, error.Stored));
        Assert.Contains("nobody is there", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wait_for_room_is_over_when_the_connection_came_between_the_refusal_and_the_wait()
    {
        await using Scene scene = Scene.Start();
        Producer producer = scene.Client.CreateProducer();
        FakeConnection connection = await scene.Broker.AcceptAsync();
        Message asksForMore = new("a"u8.ToArray()) { Priority = 9 };
        bool before = producer.TryPublish(Scene.Queue, asksForMore, new Observer());
        await connection.AnswerProducerAsync();
        Task<Receipt> another = producer.PublishAsync(Scene.Queue, "b"u8.ToArray()).AsTask();
        await connection.AnswerQueueAsync("orders");
        await connection.AnswerPublishAsync(await connection.ExpectAsync(Command.Publish), 700);
        await another.Soon();

        await producer.WaitForRoomAsync().Soon();

        Assert.False(before);
    }

    [Fact]
    public async Task Message_of_a_producer_that_the_broker_does_not_take_fails_with_its_refusal_when_nobody_wants_to_try_again()
    {
        await using Scene scene = Scene.Start();
        Producer producer = scene.Client.CreateProducer(new ProducerOptions { RetryPolicy = new RetryAfter(null) });
        FakeConnection connection = await scene.Broker.AcceptAsync();
        V1.ClientFrame open = await connection.ExpectAsync(Command.OpenProducer);
        Task<Receipt> published = producer.PublishAsync(Scene.Queue, "a"u8.ToArray()).AsTask();

        await connection.RefuseAsync(open, ErrorCode.DatabaseUnreachable);

        ForewaveException error = await Assert.ThrowsAsync<ForewaveException>(() => published.Soon());
        Assert.Equal((ErrorCode.DatabaseUnreachable, StoredOutcome.No), (error.Code, error.Stored));
    }

    [Fact]
    public async Task Message_of_a_producer_that_the_broker_takes_later_is_sent_then()
    {
        await using Scene scene = Scene.Start();
        Producer producer = scene.Client.CreateProducer();
        Task<Receipt> published = producer.PublishAsync(Scene.Queue, "a"u8.ToArray()).AsTask();
        FakeConnection connection = await scene.Broker.AcceptAsync();
        Task waits = scene.Time.NextTimerAsync();
        await connection.RefuseAsync(await connection.ExpectAsync(Command.OpenProducer), ErrorCode.DatabaseUnreachable);
        await waits.Soon();

        scene.Time.Advance(TimeSpan.FromSeconds(1));
        await connection.AnswerProducerAsync();
        await connection.AnswerQueueAsync("orders");
        await connection.AnswerPublishAsync(await connection.ExpectAsync(Command.Publish), 700);

        Assert.Equal(700ul, (await published.Soon()).MessageId.Position.Bits);
    }

    [Fact]
    public async Task Message_that_was_refused_until_its_deadline_fails_with_the_refusal()
    {
        ProducerOptions options = new() { DeliveryDeadline = TimeSpan.FromSeconds(5), RetryPolicy = new RetryAfter(TimeSpan.FromMinutes(1)) };
        await using Scene scene = await Scene.ProducingAsync(options);
        await OpenAsync(scene);
        Task<Receipt> published = scene.Producer.PublishAsync(Scene.Queue, "a"u8.ToArray()).AsTask();
        V1.ClientFrame refused = await scene.PublishAsync();
        V1.Published answer = new();
        answer.Batches.Add(new V1.PublishedBatch { Error = ErrorFrame.Of(ErrorCode.DatabaseUnreachable) });
        await scene.Connection.AnswerAsync(refused, new V1.ServerFrame { Published = answer });
        await scene.Connection.SettleDownAsync();

        scene.Time.Advance(TimeSpan.FromSeconds(6));

        ForewaveException error = await Assert.ThrowsAsync<ForewaveException>(() => published.Soon());
        Assert.Equal((ErrorCode.DatabaseUnreachable, StoredOutcome.No), (error.Code, error.Stored));
    }

    [Fact]
    public async Task Late_answer_to_an_abandoned_message_changes_nothing_for_later_ones()
    {
        await using Scene scene = await Scene.ProducingAsync(new ProducerOptions { DeliveryDeadline = TimeSpan.FromSeconds(5) });
        await OpenAsync(scene);
        Task<Receipt> late = scene.Producer.PublishAsync(Scene.Queue, "a"u8.ToArray()).AsTask();
        V1.ClientFrame first = await scene.PublishAsync();
        scene.Time.Advance(TimeSpan.FromSeconds(6));
        await Assert.ThrowsAsync<ForewaveException>(() => late.Soon());

        Task<Receipt> next = scene.Producer.PublishAsync(Scene.Queue, "b"u8.ToArray()).AsTask();
        V1.ClientFrame second = await scene.PublishAsync();
        await scene.Connection.AnswerPublishAsync(first, 700);
        await scene.Connection.AnswerPublishAsync(second, 701);

        Assert.Equal(701ul, (await next.Soon()).MessageId.Position.Bits);
    }

    [Fact]
    public async Task Call_that_is_cancelled_before_it_begins_sends_nothing()
    {
        await using Scene scene = await Scene.ProducingAsync();
        await OpenAsync(scene);
        CancellationToken cancelled = new(canceled: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scene.Producer.PublishAsync(Scene.Queue, "a"u8.ToArray(), cancelled).Soon());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => scene.Producer.PublishManyAsync(Scene.Queue, [new Message("b"u8.ToArray())], cancelled).Soon());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => scene.Client.Administration.PurgeQueueAsync(Scene.Queue, cancelled).Soon());
        _ = scene.Producer.PublishAsync(Scene.Queue, "c"u8.ToArray()).AsTask();

        Assert.Equal("c", Scene.Text(Assert.Single((await scene.PublishAsync()).Publish.Batches)));
    }

    [Fact]
    public async Task Cancellation_ends_the_wait_and_the_message_is_sent_all_the_same()
    {
        await using Scene scene = await Scene.ProducingAsync();
        await OpenAsync(scene);
        using CancellationTokenSource cancellation = new();
        Task<Receipt> published = scene.Producer.PublishAsync(Scene.Queue, "a"u8.ToArray(), cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => published.Soon());
        Assert.Equal("a", Scene.Text((await scene.PublishAsync()).Publish.Batches[0]));
    }

    [Fact]
    public async Task Full_buffer_says_no_until_answers_make_room()
    {
        await using Scene scene = await Scene.ProducingAsync(new ProducerOptions { MaxBufferedBytes = 100 });
        await OpenAsync(scene);
        Observer observer = new();
        Message message = new(new byte[90]);

        bool first = scene.Producer.TryPublish(Scene.Queue, message, observer, 1);
        bool second = scene.Producer.TryPublish(Scene.Queue, message, observer, 2);
        Task<Receipt> third = scene.Producer.PublishAsync(Scene.Queue, message).AsTask();
        Task room = scene.Producer.WaitForRoomAsync();
        await scene.Connection.AnswerPublishAsync(await scene.PublishAsync(), 700);
        await room.Soon();
        await scene.Connection.AnswerPublishAsync(await scene.PublishAsync(), 701);

        Assert.Equal(701ul, (await third.Soon()).MessageId.Position.Bits);
        Assert.True(first);
        Assert.False(second);
        Assert.Equal([(1L, 700ul)], observer.Stored);
    }

    [Fact]
    public async Task Message_above_a_limit_is_refused_before_it_is_sent()
    {
        await using Scene scene = await Scene.ProducingAsync();

        ForewaveException error = await Assert.ThrowsAsync<ForewaveException>(
            () => scene.Producer.PublishAsync(Scene.Queue, new byte[Limits.MessageBytes + 1]).Soon());

        Assert.Equal(ErrorCode.MessageTooLarge, error.Code);
    }

    [Theory]
    [InlineData("delay", ErrorCode.DeliveryTimeInvalid)]
    [InlineData("at", ErrorCode.DeliveryTimeInvalid)]
    [InlineData("life", ErrorCode.ExpiryTimeInvalid)]
    [InlineData("end", ErrorCode.ExpiryTimeInvalid)]
    [InlineData("id", ErrorCode.FieldInvalid)]
    [InlineData("key", ErrorCode.FieldInvalid)]
    public async Task Message_that_cannot_be_meant_is_refused_before_it_is_sent(string what, ErrorCode expected)
    {
        await using Scene scene = await Scene.ProducingAsync();
        TimeSpan negative = TimeSpan.FromMilliseconds(-1);
        DateTimeOffset past = scene.Time.GetUtcNow() + negative;
        Message plain = new("a"u8.ToArray());
        Message message = what switch
        {
            "delay" => plain with { Delay = negative },
            "at" => plain with { DeliverAt = past },
            "life" => plain with { TimeToLive = negative },
            "end" => plain with { ExpiresAt = past },
            "id" => plain with { DeduplicationId = "" },
            _ => plain with { OrderingKey = "" },
        };

        ForewaveException error = await Assert.ThrowsAsync<ForewaveException>(() => scene.Producer.PublishAsync(Scene.Queue, message).Soon());

        Assert.Equal(expected, error.Code);
    }

    [Fact]
    public async Task Closing_waits_for_what_is_under_way()
    {
        await using Scene scene = await Scene.ProducingAsync();
        await OpenAsync(scene);
        Task<Receipt> published = scene.Producer.PublishAsync(Scene.Queue, "a"u8.ToArray()).AsTask();
        V1.ClientFrame publish = await scene.PublishAsync();

        Task closing = scene.Producer.DisposeAsync().AsTask();
        bool closedEarly = closing.IsCompleted;
        await scene.Connection.AnswerPublishAsync(publish, 700);
        await closing.Soon();

        Assert.False(closedEarly);
        await published.Soon();
        Assert.Throws<ForewaveException>(() => scene.Producer.TryPublish(Scene.Queue, new Message("b"u8.ToArray()), new Observer()));
    }

    [Fact]
    public async Task Queue_that_may_not_be_made_fails_what_gathered_for_it()
    {
        await using Scene scene = await Scene.ProducingAsync(new ProducerOptions { CreateQueues = false });
        Task<Receipt> published = scene.Producer.PublishAsync(Scene.Queue, "a"u8.ToArray()).AsTask();

        V1.ClientFrame open = await scene.Connection.ExpectAsync(Command.OpenQueue);
        await scene.Connection.RefuseAsync(open, ErrorCode.QueueNotFound);

        Assert.False(open.OpenQueue.Create);
        ForewaveException error = await Assert.ThrowsAsync<ForewaveException>(() => published.Soon());
        Assert.Equal(ErrorCode.QueueNotFound, error.Code);
    }

    [Fact]
    public async Task Message_published_at_any_moment_of_a_connect_is_sent()
    {
        for (int round = 0; round < 100; round++)
        {
            await using Scene scene = await Scene.ProducingAsync();
            Task<Receipt> published = scene.Producer.PublishAsync(Scene.Queue, "a"u8.ToArray()).AsTask();
            await scene.Connection.AnswerQueueAsync("orders");
            await scene.Connection.AnswerPublishAsync(await scene.PublishAsync(), 700);
            await published.Soon();
        }
    }

    [Fact]
    public async Task Producer_that_the_broker_forgot_goes_on_under_a_new_id()
    {
        await using Scene scene = await Scene.ProducingAsync();
        await OpenAsync(scene);
        ProducerId before = scene.Producer.ProducerId;
        Task<Receipt> lost = scene.Producer.PublishAsync(Scene.Queue, "a"u8.ToArray()).AsTask();
        V1.ClientFrame refused = await scene.PublishAsync();
        V1.Published answer = new();
        answer.Batches.Add(new V1.PublishedBatch { Error = ErrorFrame.Of(ErrorCode.ProducerUnknown) });
        await scene.Connection.AnswerAsync(refused, new V1.ServerFrame { Published = answer });

        FakeConnection connection = await scene.Broker.AcceptAsync();
        V1.OpenProducer opened = await connection.AnswerProducerAsync();
        Task<Receipt> next = scene.Producer.PublishAsync(Scene.Queue, "b"u8.ToArray()).AsTask();
        await connection.AnswerQueueAsync("orders");
        V1.ClientFrame publish = await connection.ExpectAsync(Command.Publish);
        await connection.AnswerPublishAsync(publish, 900);

        await next.Soon();
        await Assert.ThrowsAsync<ForewaveException>(() => lost.Soon());
        Assert.NotEqual(before.ToBytes(), opened.ProducerId.ToByteArray());
        Assert.Equal((1ul, "b"), (publish.Publish.Batches[0].FirstSequence, Scene.Text(publish.Publish.Batches[0])));
    }

    [Fact]
    public async Task Publishing_without_waiting_allocates_nothing_for_a_message()
    {
        const int Messages = 1_000;
        await using Scene scene = await Scene.ProducingAsync();
        await OpenAsync(scene);
        Observer observer = new();
        long least = long.MaxValue;

        // The first rounds fill the pools that buffers come from.
        for (int round = 0; round < 30; round++)
        {
            least = Math.Min(least, Publish(scene.Producer, Messages, observer));
            await AnswerAsync(scene, Messages);
        }

        Assert.True(least < 4 * Messages, $"{least} bytes for {Messages} messages");
    }

    private static long Publish(Producer producer, int messages, IPublishObserver observer)
    {
        Message message = new("x"u8.ToArray());
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < messages; i++)
        {
            producer.TryPublish(Scene.Queue, message, observer);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static async Task AnswerAsync(Scene scene, int messages)
    {
        while (messages > 0)
        {
            V1.ClientFrame publish = await scene.PublishAsync();
            messages -= publish.Publish.Batches.Sum(batch => batch.Messages.Count);
            await scene.Connection.AnswerPublishAsync(publish, 700);
        }

        await scene.Producer.FlushAsync().Soon();
    }

    private static async Task OpenAsync(Scene scene)
    {
        Task<Receipt> published = scene.Producer.PublishAsync(Scene.Queue, "0"u8.ToArray()).AsTask();
        await scene.Connection.AnswerQueueAsync("orders");
        await scene.Connection.AnswerPublishAsync(await scene.PublishAsync(), 500);
        await published.Soon();
    }

    internal sealed record Order(int Number);

    [JsonSerializable(typeof(Order))]
    internal sealed partial class OrderContext : JsonSerializerContext;

    private sealed class RetryAfter(TimeSpan? delay) : IPublishRetryPolicy
    {
        public TimeSpan? DelayBeforeNext(ForewaveException error, int attempt) => delay;
    }

    private sealed class Observer : IPublishObserver
    {
        public List<(long Token, ulong Position)> Stored { get; } = [];

        void IPublishObserver.Stored(in Receipt receipt, long token) => Stored.Add((token, receipt.MessageId.Position.Bits));

        public void Failed(ForewaveException error, long token) => throw error;
    }
}
