using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Delivery.DeadLetters;
using Forewave.Broker.Delivery.Outcomes;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Tests.Delivery;

public sealed class DeadOperationTests
{
    private static readonly GroupName Group = new("g");
    private static readonly TimeSpan Window = TimeSpan.FromHours(1);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Operation_goes_on_where_it_was_after_a_restart(bool withCheckpoint)
    {
        var stage = await StartAsync();
        await RejectAsync(stage, "x:1", "y:2", "x:3", "x:4", "9!x:5");
        await stage.Loops.Operating.BeginAsync(stage.Queue("q"), DeadOperatingCalls.Terms(DeadAction.Redrive, "tag~x"));
        await stage.Loops.Operating.StepAsync(stage.Queue("q"), (await stage.Loops.Operating.RunningAsync())[0], 2);
        if (withCheckpoint)
            await stage.CheckpointAsync();
        stage = await stage.RestartAsync();
        await using var restarted = stage;

        var running = Assert.Single(await stage.Loops.Operating.RunningAsync());
        await stage.Loops.Operating.StepAllAsync(stage.Queue("q"), 2);
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(10);
        await stage.IdleAsync();

        Assert.Equal((3L, 3L, 2L), (running.Operation.After, running.Operation.Scanned, running.Operation.Messages));
        Assert.Equal(["9!x:5", "x:1", "x:3", "x:4"], consumer.Output.TakeMessages().Select(message => message.Body).Order(StringComparer.Ordinal));
        var ended = Assert.Single((await ListAsync(stage)).Operations);
        Assert.Equal((DeadOperationState.Done, 4L, 5L), (ended.State, ended.Messages, ended.Scanned));
        Assert.Equal(("alice", "192.0.2.7:4711", "mended", "tag~x"), (ended.Terms.Client, ended.Terms.Address, ended.Terms.Reason, ended.Terms.Filter));
    }

    [Fact]
    public async Task Operation_leaves_alone_what_dies_after_its_beginning()
    {
        await using var stage = await StartAsync();
        var consumer = await RejectAsync(stage, "1", "2");
        await stage.Loops.Operating.BeginAsync(stage.Queue("q"), DeadOperatingCalls.Terms(DeadAction.Redrive));
        await stage.MoveAsync(TimeSpan.FromSeconds(1));
        await stage.Loops.Operating.StepAsync(stage.Queue("q"), (await stage.Loops.Operating.RunningAsync())[0], 1);
        consumer.Credit(1);
        await stage.IdleAsync();
        await consumer.SettleAsync(SettleVerb.Reject, consumer.Output.TakeMessages());

        await stage.Loops.Operating.StepAllAsync(stage.Queue("q"), 1);

        Assert.Equal(2, (await ListAsync(stage)).Operations[0].Messages);
        Assert.Equal(1, stage.StateOf(consumer).Dead.Count);
    }

    [Fact]
    public async Task Cancelled_operation_does_nothing_any_more_and_says_so_in_the_trail()
    {
        await using var stage = await StartAsync();
        var consumer = await RejectAsync(stage, "1", "2", "3");
        await stage.Loops.Operating.BeginAsync(stage.Queue("q"), DeadOperatingCalls.Terms(DeadAction.Redrive));
        var before = (await stage.Loops.Operating.RunningAsync())[0];
        await stage.Loops.Operating.StepAsync(stage.Queue("q"), before, 1);

        var cancelled = await stage.Loops.Operating.CancelAsync(stage.Queue("q"), Group, 1);
        long? late = await stage.Loops.Operating.StepAsync(stage.Queue("q"), before, 1);

        Assert.Null(late);
        Assert.Equal((DeadOperationState.Cancelled, 1L), (cancelled.State, cancelled.Messages));
        Assert.Equal(2, stage.StateOf(consumer).Dead.Count);
        Assert.Equal(DeadOperationState.Cancelled, Assert.Single((await ListAsync(stage)).Operations).State);
        var again = await Assert.ThrowsAsync<ForewaveException>(() => stage.Loops.Operating.CancelAsync(stage.Queue("q"), Group, 1));
        Assert.Equal(ErrorCode.DeadOperationNotFound, again.Code);
    }

    [Fact]
    public async Task More_operations_than_may_be_are_refused()
    {
        await using var stage = await StartAsync();
        await RejectAsync(stage, "1");
        for (int i = 0; i < Limits.DeadOperationsPerGroup; i++)
            await stage.Loops.Operating.BeginAsync(stage.Queue("q"), DeadOperatingCalls.Terms(DeadAction.Redrive));

        var refused = await Assert.ThrowsAsync<ForewaveException>(() =>
            stage.Loops.Operating.BeginAsync(stage.Queue("q"), DeadOperatingCalls.Terms(DeadAction.Redrive)));

        Assert.Equal(ErrorCode.TooManyDeadOperations, refused.Code);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Undone_redrive_takes_back_what_nobody_got(bool restarts)
    {
        var stage = await StartAsync();
        var consumer = await RejectAsync(stage, "1", "2", "3");
        await stage.Loops.Operating.RedriveAsync(stage.Queue("q"), Group, null);
        consumer.Credit(1);
        await stage.IdleAsync();
        var got = Assert.Single(consumer.Output.TakeMessages());
        if (restarts)
            stage = await stage.RestartAsync();
        await using var last = stage;

        var undone = await stage.Loops.Operating.UndoAsync(stage.Queue("q"), 1);
        consumer = await stage.SubscribeAsync("q");
        consumer.Credit(10);
        await stage.IdleAsync();

        Assert.Equal(("1", 2L, 2ul), (got.Body, undone.Messages, undone.Operation));
        Assert.Empty(consumer.Output.TakeMessages());
        Assert.Equal([2L, 3L], (await stage.Loops.DeadLetters.ListAsync(stage.Queue("q"), Group, 0, 10)).Letters.Select(letter => letter.Place));
        Assert.Equal(
            [(DeadAction.Redrive, 0ul, 3L), (DeadAction.Undo, 1ul, 2L)],
            (await ListAsync(stage)).Operations.Select(operation => (operation.Terms.Action, operation.Terms.Of, operation.Messages)));
        var nothing = await Assert.ThrowsAsync<ForewaveException>(() => stage.Loops.Operating.UndoAsync(stage.Queue("q"), 1));
        Assert.Equal(ErrorCode.NothingToUndo, nothing.Code);
    }

    [Fact]
    public async Task Undo_of_a_running_operation_stops_it()
    {
        await using var stage = await StartAsync();
        var consumer = await RejectAsync(stage, "1", "2", "3");
        await stage.Loops.Operating.BeginAsync(stage.Queue("q"), DeadOperatingCalls.Terms(DeadAction.Redrive));
        await stage.Loops.Operating.StepAsync(stage.Queue("q"), (await stage.Loops.Operating.RunningAsync())[0], 2);

        var undone = await stage.Loops.Operating.UndoAsync(stage.Queue("q"), 1);

        Assert.Equal(2, undone.Messages);
        Assert.Empty(await stage.Loops.Operating.RunningAsync());
        Assert.Equal(3, stage.StateOf(consumer).Dead.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Purge_is_undone_within_its_window(bool restarts)
    {
        var stage = await StartAsync();
        await RejectAsync(stage, "1", "2", "3");
        await stage.Loops.Operating.PurgeAsync(stage.Queue("q"), Group, [1, 2]);
        await stage.MoveAsync(Window - TimeSpan.FromSeconds(1));
        await ExpireAsync(stage);
        if (restarts)
            stage = await stage.RestartAsync();
        await using var last = stage;
        var meanwhile = await PlacesAsync(stage);

        var undone = await stage.Loops.Operating.UndoAsync(stage.Queue("q"), 1);

        Assert.Equal([3L], meanwhile);
        Assert.Equal(2, undone.Messages);
        Assert.Equal([1L, 2L, 3L], await PlacesAsync(stage));
        Assert.Equal("1", await BodyAsync(stage, 1));
    }

    [Fact]
    public async Task Purge_is_for_good_after_its_window_and_gives_its_room_back()
    {
        await using var stage = await StartAsync();
        var consumer = await RejectAsync(stage, "1", "2", "3");
        await stage.Loops.Operating.PurgeAsync(stage.Queue("q"), Group, [1, 2]);
        await stage.MoveAsync(Window);

        await ExpireAsync(stage);

        var refused = await Assert.ThrowsAsync<ForewaveException>(() => stage.Loops.Operating.UndoAsync(stage.Queue("q"), 1));
        Assert.Equal(ErrorCode.NothingToUndo, refused.Code);
        Assert.Equal(3, stage.Store.Extent(stage.StateOf(consumer).Dead.Id).FirstRetained.Value);
    }

    [Fact]
    public async Task Purge_for_good_cannot_be_undone()
    {
        await using var stage = await StartAsync();
        var consumer = await RejectAsync(stage, "1", "2");

        await stage.Loops.Operating.DoAsync(stage.Queue("q"), DeadOperatingCalls.Terms(DeadAction.Purge) with { ForGood = true }, [1]);

        await Assert.ThrowsAsync<ForewaveException>(() => stage.Loops.Operating.UndoAsync(stage.Queue("q"), 1));
        Assert.Equal(2, stage.Store.Extent(stage.StateOf(consumer).Dead.Id).FirstRetained.Value);
    }

    [Fact]
    public async Task Purged_message_is_shown_so_while_it_can_be_brought_back()
    {
        await using var stage = await StartAsync();
        await RejectAsync(stage, "1");
        await stage.Loops.Operating.PurgeAsync(stage.Queue("q"), Group, [1]);

        var shown = await stage.Loops.Outcomes.ShowAsync(
            stage.Queue("q"), new IndexedMessage(stage.Queue("q").Id, 1) { Tag = ReadOnlyMemory<byte>.Empty });

        Assert.Equal((MessageState.Purged, 1L), (Assert.Single(shown).State, Assert.Single(shown).DeadPlace));
    }

    [Fact]
    public async Task Results_tell_what_became_of_each_message()
    {
        await using var stage = await StartAsync();
        var consumer = await RejectAsync(stage, "1", "2", "3", "4", "5");
        await stage.Loops.Operating.PurgeAsync(stage.Queue("q"), Group, [5]);
        await stage.Loops.Operating.BeginAsync(stage.Queue("q"), DeadOperatingCalls.Terms(DeadAction.Redrive));
        await stage.Loops.Operating.StepAllAsync(stage.Queue("q"), 3);
        consumer.Credit(3);
        await stage.IdleAsync();
        var messages = consumer.Output.TakeMessages();
        await consumer.SettleAsync(SettleVerb.Ack, messages[..1]);
        await consumer.SettleAsync(SettleVerb.Reject, messages[1..2]);

        var purge = await stage.Loops.Trail.ShowAsync(stage.Queue("q"), Group, 1, (0, 10));
        var first = await stage.Loops.Trail.ShowAsync(stage.Queue("q"), Group, 2, (0, 2));
        var rest = await stage.Loops.Trail.ShowAsync(stage.Queue("q"), Group, 2, (first.Next, 2));

        Assert.Equal([(5L, 5L, DeadResultState.Purged)], purge.Results.Select(result => (result.Place, result.Offset, result.State)));
        Assert.Equal(
            [(1L, DeadResultState.Settled), (2L, DeadResultState.Dead), (3L, DeadResultState.Unsettled), (4L, DeadResultState.Available)],
            first.Results.Concat(rest.Results).Select(result => (result.Place, result.State)));
        Assert.Equal(6, first.Results[1].Now);
        Assert.Equal((2ul, DeadOperationState.Done, 0L), (rest.Operation!.Number, rest.Operation.State, rest.Next));
    }

    [Fact]
    public async Task Trail_tells_of_deleted_groups_too_and_is_forgotten_with_time()
    {
        var stage = await StartAsync();
        await RejectAsync(stage, "1", "2");
        await stage.Loops.Operating.PurgeAsync(stage.Queue("q"), Group, [1]);
        await stage.Loops.Administration.DeleteGroupAsync(stage.Queue("q"), Group);
        await stage.CheckpointAsync();
        stage = await stage.RestartAsync();
        await using var last = stage;

        var before = await stage.Loops.Trail.ListAsync(stage.Queue("q"), Group, 0, 10);
        await stage.MoveAsync(TimeSpan.FromDays(1));
        await stage.Loops.Trail.ExpireAsync(stage.Queue("q"), Timestamp.From(stage.Time.GetUtcNow()));

        Assert.Equal((DeadAction.Purge, 1L), (Assert.Single(before.Operations).Terms.Action, before.Operations[0].Messages));
        Assert.Empty((await stage.Loops.Trail.ListAsync(stage.Queue("q"), Group, 0, 10)).Operations);
    }

    [Fact]
    public async Task Trail_is_listed_page_by_page_and_by_group()
    {
        await using var stage = await StartAsync();
        await RejectAsync(stage, "1", "2", "3");
        foreach (long place in (long[])[1, 2, 3])
            await stage.Loops.Operating.PurgeAsync(stage.Queue("q"), Group, [place]);

        var first = await stage.Loops.Trail.ListAsync(stage.Queue("q"), Group, 0, 2);
        var second = await stage.Loops.Trail.ListAsync(stage.Queue("q"), Group, first.Next, 2);

        Assert.Equal([1ul, 2ul], first.Operations.Select(operation => operation.Number));
        Assert.Equal([3ul], second.Operations.Select(operation => operation.Number));
        Assert.Equal(0, second.Next);
        Assert.Empty((await stage.Loops.Trail.ListAsync(stage.Queue("q"), new GroupName("other"), 0, 10)).Operations);
    }

    [Fact]
    public async Task Letter_that_died_again_has_the_attempts_of_both_lives()
    {
        await using var stage = await StartAsync();
        var consumer = await RejectAsync(stage, "1");
        await stage.Loops.Operating.RedriveAsync(stage.Queue("q"), Group, [1]);
        consumer.Credit(1);
        await stage.IdleAsync();
        await consumer.SettleAsync(SettleVerb.Nack, consumer.Output.TakeMessages(), TimeSpan.FromSeconds(1), "not yet");
        await stage.MoveAsync(TimeSpan.FromSeconds(2));
        consumer.Credit(1);
        await stage.IdleAsync();
        await consumer.SettleAsync(SettleVerb.Reject, consumer.Output.TakeMessages(), reason: "never");

        var letter = await stage.Loops.DeadLetters.ShowAsync(stage.Queue("q"), Group, 2);

        Assert.Equal(
            [(1u, "rejected"), (1u, "not yet"), (2u, "never")], letter.Letter.History.Select(attempt => (attempt.Attempt, attempt.Reason)));
    }

    [Fact]
    public async Task Redriven_pages_of_an_operation_come_before_what_is_published_between_them()
    {
        await using var stage = await StartAsync();
        var consumer = await RejectAsync(stage, "1", "2");
        await stage.Loops.Operating.BeginAsync(stage.Queue("q"), DeadOperatingCalls.Terms(DeadAction.Redrive));
        await stage.Loops.Operating.StepAsync(stage.Queue("q"), (await stage.Loops.Operating.RunningAsync())[0], 1);
        await stage.Loops.Operating.StepAllAsync(stage.Queue("q"), 1);

        Assert.Single(stage.StateOf(consumer).Dead.Redrives);
    }

    private static Task<DeliveryStage> StartAsync() => DeliveryStage.StartAsync(setting => setting with { DeadUndoWindow = Window });

    private static Task<DeadTrailPage> ListAsync(DeliveryStage stage) => stage.Loops.Trail.ListAsync(stage.Queue("q"), null, 0, 100);

    private static Task ExpireAsync(DeliveryStage stage) =>
        stage.Loops.DeadLetters.ExpireAsync(stage.Queue("q"), Timestamp.From(stage.Time.GetUtcNow() - Limits.DeadLetterRetention));

    private static async Task<List<long>> PlacesAsync(DeliveryStage stage) =>
        [.. (await stage.Loops.DeadLetters.ListAsync(stage.Queue("q"), Group, 0, 10)).Letters.Select(letter => letter.Place)];

    private static async Task<string> BodyAsync(DeliveryStage stage, long place)
    {
        var letter = await stage.Loops.DeadLetters.ShowAsync(stage.Queue("q"), Group, place);
        var walk = new Protocol.Frames.MessageRun(letter.Letter.Message.Span);
        Assert.True(walk.MoveNext());
        Assert.True(Protocol.Frames.MessageReader.TryRead(walk.Current, out var view, out _));
        return System.Text.Encoding.UTF8.GetString(view.Body);
    }

    private static async Task<TestConsumer> RejectAsync(DeliveryStage stage, params string[] bodies)
    {
        var consumer = await stage.SubscribeAsync("q");
        foreach (var band in bodies.GroupBy(body => body.Contains('!', StringComparison.Ordinal)))
            await stage.PublishAsync("q", [.. band]);
        consumer.Credit((uint)bodies.Length);
        await stage.IdleAsync();
        await consumer.SettleAsync(SettleVerb.Reject, consumer.Output.TakeMessages());
        return consumer;
    }
}
