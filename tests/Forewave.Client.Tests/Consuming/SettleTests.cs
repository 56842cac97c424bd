using Forewave.Client.Consuming;
using Forewave.Client.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Tests.Consuming;

public sealed class SettleTests
{
    [Fact]
    public async Task Acks_gather_into_runs_while_earlier_ones_are_under_way()
    {
        await using Scene scene = await Scene.ConsumingAsync();
        List<ReceivedMessage> messages = await ReceiveAsync(scene, FakeConnection.Run(1, 20));
        V1.ClientFrame first = await FillAsync(scene, messages);

        messages[2..8].ForEach(message => message.Ack());
        messages[9].Ack();
        await scene.Connection.AnswerSettleAsync(first);
        V1.ClientFrame gathered = await scene.SettleAsync();

        Assert.Equal([(3ul, 6u), (10ul, 1u)], gathered.Settle.Runs.Select(run => (run.FirstOffset, run.Count)));
        Assert.All(gathered.Settle.Runs, run => Assert.Equal(
            (11u, 12u, 1u, 7u, V1.SettleVerb.Ack), (run.QueueId, run.GroupId, run.Attempt, run.Epoch, run.Verb)));
    }

    [Fact]
    public async Task Runs_do_not_join_what_differs_in_attempt_or_verb()
    {
        await using Scene scene = await Scene.ConsumingAsync();
        List<ReceivedMessage> messages = await ReceiveAsync(
            scene, FakeConnection.Run(1, 3), FakeConnection.Run(4, 2, attempt: 2), FakeConnection.Run(6, 2));
        V1.ClientFrame first = await FillAsync(scene, messages);

        messages[2].Ack();
        messages[3].Ack();
        messages[4].Ack();
        ValueTask nacked = messages[5].NackAsync(TimeSpan.FromSeconds(3), "no stock");
        ValueTask rejected = messages[6].RejectAsync();
        await scene.Connection.AnswerSettleAsync(first);
        V1.ClientFrame gathered = await scene.SettleAsync();
        await scene.Connection.AnswerSettleAsync(gathered);
        await nacked.Soon();
        await rejected.Soon();

        Assert.Equal(
            [
                (3ul, 1u, 1u, V1.SettleVerb.Ack, 0ul, ""),
                (4ul, 2u, 2u, V1.SettleVerb.Ack, 0ul, ""),
                (6ul, 1u, 1u, V1.SettleVerb.Nack, 3_000ul, "no stock"),
                (7ul, 1u, 1u, V1.SettleVerb.Reject, 0ul, ""),
            ],
            gathered.Settle.Runs.Select(run => (run.FirstOffset, run.Count, run.Attempt, run.Verb, run.Delay, run.Reason)));
    }

    [Fact]
    public async Task Ack_up_to_acks_what_was_handed_out_and_nothing_else()
    {
        await using Scene scene = await Scene.ConsumingAsync();
        await scene.Connection.DeliverAsync(FakeConnection.Run(1, 4), FakeConnection.Run(10, 4), FakeConnection.Run(2, 1, attempt: 2));
        List<ReceivedMessage> messages = await scene.ReceiveAsync(7);
        ValueTask released = messages[1].ReleaseAsync();
        await scene.Connection.AnswerSettleAsync(await scene.SettleAsync());
        await released.Soon();

        ValueTask acked = messages[5].AckUpToAsync();
        V1.ClientFrame settle = await scene.SettleAsync();
        await scene.Connection.AnswerSettleAsync(settle);
        await acked.Soon();

        Assert.Equal(
            [(1ul, 1u, 1u), (3ul, 2u, 1u), (10ul, 2u, 1u)],
            settle.Settle.Runs.Select(run => (run.FirstOffset, run.Count, run.Attempt)));
        Assert.All(settle.Settle.Runs, run => Assert.Equal(V1.SettleVerb.Ack, run.Verb));
    }

    [Fact]
    public async Task Failure_of_a_part_of_a_run_reaches_the_caller_who_waits_for_it()
    {
        List<UnsettledMessages> told = [];
        await using Scene scene = await Scene.ConsumingAsync(new ConsumerOptions { OnSettleFailed = told.Add });
        List<ReceivedMessage> messages = await ReceiveAsync(scene, FakeConnection.Run(1, 10));
        V1.ClientFrame first = await FillAsync(scene, messages);
        List<Task> acks = [.. messages[2..6].Select(message => message.AckAsync().AsTask())];
        await scene.Connection.AnswerSettleAsync(first);

        V1.ClientFrame settle = await scene.SettleAsync();
        await scene.Connection.AnswerSettleAsync(settle, Failure(run: 0, first: 4, count: 2));

        await acks[0].Soon();
        Assert.Equal(ErrorCode.LeaseLost, (await Assert.ThrowsAsync<ForewaveException>(() => acks[1].Soon())).Code);
        Assert.Equal(ErrorCode.LeaseLost, (await Assert.ThrowsAsync<ForewaveException>(() => acks[2].Soon())).Code);
        await acks[3].Soon();
        Assert.Empty(told);
    }

    [Fact]
    public async Task Failure_that_nobody_waits_for_is_told_to_the_options()
    {
        TaskCompletionSource<UnsettledMessages> told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using Scene scene = await Scene.ConsumingAsync(new ConsumerOptions { OnSettleFailed = told.SetResult });
        List<ReceivedMessage> messages = await ReceiveAsync(scene, FakeConnection.Run(1, 2));

        messages[1].Ack();
        await scene.Connection.AnswerSettleAsync(await scene.SettleAsync(), Failure(run: 0, first: 0, count: 0));
        UnsettledMessages failed = await told.Task.Soon();

        Assert.Equal((2L, 1L, SettleVerb.Ack, ErrorCode.LeaseLost), (failed.First.Value, failed.Count, failed.Verb, failed.Error.Code));
    }

    [Fact]
    public async Task Flush_completes_when_all_is_answered()
    {
        await using Scene scene = await Scene.ConsumingAsync();
        List<ReceivedMessage> messages = await ReceiveAsync(scene, FakeConnection.Run(1, 2));
        messages.ForEach(message => message.Ack());

        Task flushed = scene.Consumer.FlushAsync();
        bool before = flushed.IsCompleted;
        uint answered = 0;
        while (answered < 2)
        {
            V1.ClientFrame settle = await scene.SettleAsync();
            answered += (uint)settle.Settle.Runs.Sum(run => run.Count);
            await scene.Connection.AnswerSettleAsync(settle);
        }

        await flushed.Soon();
        Assert.False(before);
    }

    [Fact]
    public async Task Settles_without_an_answer_are_sent_again_after_a_reconnect()
    {
        await using Scene scene = await Scene.ConsumingAsync();
        List<ReceivedMessage> messages = await ReceiveAsync(scene, FakeConnection.Run(1, 10));
        await FillAsync(scene, messages);
        Task acked = messages[4].AckAsync().AsTask();

        await scene.ReconnectAsync();
        V1.Subscribe subscribe = await scene.Connection.AnswerSubscribeAsync();
        List<V1.SettleRun> runs = [];
        while (runs.Count < 3)
        {
            V1.ClientFrame settle = await scene.SettleAsync();
            runs.AddRange(settle.Settle.Runs);
            await scene.Connection.AnswerSettleAsync(settle);
        }

        await acked.Soon();
        Assert.Equal([1ul, 2ul, 5ul], runs.Select(run => run.FirstOffset));
        Assert.True(subscribe.Returning);
        Assert.Equal([(1ul, 10ul, 1u)], subscribe.Held.Select(range => (range.First, range.Count, range.Attempt)));
    }

    [Fact]
    public async Task Returning_consumer_lists_what_it_holds_under_the_same_id()
    {
        ConsumerId id = ConsumerId.New();
        await using Scene scene = await Scene.ConsumingAsync(new ConsumerOptions { ConsumerId = id });
        await scene.Connection.DeliverAsync(FakeConnection.Run(1, 10), FakeConnection.Run(40, 2, attempt: 3));
        List<ReceivedMessage> messages = await scene.ReceiveAsync(5);
        Task acked = messages[2].AckAsync().AsTask();
        await scene.Connection.AnswerSettleAsync(await scene.SettleAsync());
        await acked.Soon();

        await scene.ReconnectAsync();
        V1.Subscribe subscribe = await scene.Connection.AnswerSubscribeAsync();
        List<ReceivedMessage> rest = await scene.ReceiveAsync(7);

        Assert.Equal(id.ToBytes(), subscribe.ConsumerId.ToByteArray());
        Assert.Equal(
            [(1ul, 2ul, 1u), (4ul, 7ul, 1u), (40ul, 2ul, 3u)],
            subscribe.Held.Select(range => (range.First, range.Count, range.Attempt)));
        Assert.Equal([6, 7, 8, 9, 10, 40, 41], rest.Select(message => message.Offset.Value));
    }

    [Fact]
    public async Task Settle_of_a_message_from_before_a_reconnect_goes_over_the_new_connection()
    {
        await using Scene scene = await Scene.ConsumingAsync();
        List<ReceivedMessage> messages = await ReceiveAsync(scene, FakeConnection.Run(1, 1));
        await scene.ReconnectAsync();
        await scene.Connection.AnswerSubscribeAsync();

        Task acked = messages[0].AckAsync().AsTask();
        await scene.Connection.AnswerSettleAsync(await scene.SettleAsync());

        await acked.Soon();
    }

    [Fact]
    public async Task Waiting_for_an_answer_ends_with_an_unknown_outcome_when_none_comes_in_time()
    {
        await using Scene scene = await Scene.ConsumingAsync();
        List<ReceivedMessage> messages = await ReceiveAsync(scene, FakeConnection.Run(1, 1));
        Task acked = messages[0].AckAsync().AsTask();
        await scene.SettleAsync();

        scene.Time.Advance(scene.Broker.Options.RequestTimeout + TimeSpan.FromSeconds(1));

        ForewaveException error = await Assert.ThrowsAsync<ForewaveException>(() => acked.Soon());
        Assert.Equal(ErrorCode.OutcomeUnknown, error.Code);
    }

    [Fact]
    public async Task Cancellation_ends_the_wait_and_not_the_settle()
    {
        await using Scene scene = await Scene.ConsumingAsync();
        List<ReceivedMessage> messages = await ReceiveAsync(scene, FakeConnection.Run(1, 1));
        using CancellationTokenSource cancellation = new();
        Task acked = messages[0].AckAsync(cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => acked.Soon());
        V1.ClientFrame settle = await scene.SettleAsync();
        Assert.Equal(1ul, Assert.Single(settle.Settle.Runs).FirstOffset);
    }

    [Fact]
    public async Task Settle_that_is_refused_for_a_while_is_sent_again()
    {
        await using Scene scene = await Scene.ConsumingAsync();
        List<ReceivedMessage> messages = await ReceiveAsync(scene, FakeConnection.Run(1, 1));
        Task acked = messages[0].AckAsync().AsTask();
        await scene.Connection.RefuseAsync(await scene.SettleAsync(), ErrorCode.UnsettledLimit);

        await scene.Connection.SettleDownAsync();
        scene.Time.Advance(TimeSpan.FromMilliseconds(250));
        await scene.Connection.AnswerSettleAsync(await scene.SettleAsync());

        await acked.Soon();
    }

    [Fact]
    public async Task Messages_at_most_once_need_no_settling()
    {
        await using Scene scene = await Scene.ConsumingAsync(new ConsumerOptions { AtMostOnce = true });
        List<ReceivedMessage> messages = await ReceiveAsync(scene, FakeConnection.Run(1, 2));

        await messages[0].AckAsync().Soon();
        messages[1].Ack();

        Assert.True(scene.Consumer.FlushAsync().IsCompleted);
    }

    [Fact]
    public void Run_counts_what_is_settled_once_whatever_the_order()
    {
        const int Seed = 4711;
        Random random = new(Seed);
        for (int round = 0; round < 200; round++)
        {
            int count = random.Next(1, 200);
            LeasedRun run = Runs.Of(count);
            bool[] settled = new bool[count];
            for (int step = 0; step < 50; step++)
            {
                int index = random.Next(3) == 0 ? Math.Max(0, Array.IndexOf(settled, false)) : random.Next(count);
                int length = random.Next(1, Math.Min(10, count - index) + 1);
                run.Settle(index, (uint)length);
                settled.AsSpan(index, length).Fill(true);

                Assert.True(run.Unsettled == settled.Count(one => !one), $"seed {Seed}, round {round}, step {step}");
            }

            IEnumerable<int> open = run.UnsettledRanges(count).SelectMany(range => Enumerable.Range(range.Index, range.Count));
            Assert.Equal(settled.Index().Where(one => !one.Item).Select(one => one.Index), open);
        }
    }

    private static V1.SettleFailure Failure(uint run, ulong first, uint count) =>
        new() { Run = run, FirstOffset = first, Count = count, Error = ErrorFrame.Of(ErrorCode.LeaseLost) };

    private static async Task<List<ReceivedMessage>> ReceiveAsync(Scene scene, params V1.DeliveredRun[] runs)
    {
        await scene.Connection.DeliverAsync(runs);
        return await scene.ReceiveAsync(runs.Sum(run => run.Messages.Count));
    }

    // As many settles under way as may be: what is settled from now on gathers. Returns the first of them.
    private static async Task<V1.ClientFrame> FillAsync(Scene scene, List<ReceivedMessage> messages)
    {
        messages[0].Ack();
        V1.ClientFrame first = await scene.SettleAsync();
        messages[1].Ack();
        await scene.SettleAsync();
        return first;
    }
}
