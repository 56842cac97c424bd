using Forewave.Client;
using Forewave.Client.Administration;
using Forewave.Client.Consuming;
using Forewave.Protocol;
using Forewave.Testing;

namespace Forewave.Integration.Tests.Scenarios;

/// <summary>Redrives and purges of dead letters that go on in the broker, can be watched and taken back, on the real broker in the process.</summary>
public abstract class DeadOperationScenarios(ScenarioBroker startBroker)
{
    private static readonly QueueName Queue = new("orders");
    private static readonly GroupName Group = new("warehouse");
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Operation_by_filter_is_done_by_itself_and_tells_what_became_of_each_message()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient(new ForewaveClientOptions { Name = "ops" });
        await RejectAsync(client, 3);
        broker.Clock.Advance(TimeSpan.FromSeconds(1));
        var terms = new DeadOperationTerms { Action = DeadAction.Redrive, Filter = "reason~\"no good\" offset<=2", Reason = "mended" };

        var begun = await client.Administration.DeadLetters.BeginAsync(Queue, Group, terms);
        var ended = await EndAsync(client, begun.Id);
        await using (var consumer = client.CreateConsumer(Queue, Group))
            await (await OneAsync(consumer)).AckAsync();

        Assert.Equal((DeadOperationState.Done, 2L, 3L), (ended.State, ended.Messages, ended.Scanned));
        var results = await client.Administration.DeadLetters.ResultsAsync(Queue, Group, begun.Id).ToListAsync();
        Assert.Equal((new DeadPlace(1), 1L, DeadResultState.Settled), (results[0].Place, results[0].Offset!.Value.Value, results[0].State));
        var listed = Assert.Single(await client.Administration.DeadLetters.ListAsync(Queue).ToListAsync());
        Assert.Equal(("ops", "mended", terms.Filter, begun.Id), (listed.Client, listed.Terms.Reason, listed.Terms.Filter, listed.Id));
    }

    [Fact]
    public async Task Operation_at_a_rate_goes_on_after_a_restart_of_the_broker()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await RejectAsync(client, 3);
        var terms = new DeadOperationTerms { Action = DeadAction.Redrive, Rate = 0.5 };
        var begun = await client.Administration.DeadLetters.BeginAsync(Queue, Group, terms);

        await broker.RestartAsync();
        var state = begun;
        await foreach (var now in client.Administration.DeadLetters.WatchAsync(Queue, Group, begun.Id))
        {
            state = now;
            broker.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal((DeadOperationState.Done, 3L), (state.State, state.Messages));
    }

    [Fact]
    public async Task Purge_and_redrive_are_undone_and_the_trail_tells_it()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await RejectAsync(client, 2);
        var dead = client.Administration.DeadLetters;

        var purged = await dead.DoAsync(Queue, Group, new DeadOperationTerms { Action = DeadAction.Purge, Reason = "wrong" }, [new DeadPlace(1)]);
        var back = await dead.UndoAsync(Queue, Group, purged.Operation!, "I meant another one");
        var redriven = await dead.DoAsync(Queue, Group, new DeadOperationTerms { Action = DeadAction.Redrive });
        var again = await dead.UndoAsync(Queue, Group, redriven.Operation!);
        await dead.DoAsync(Queue, Group, new DeadOperationTerms { Action = DeadAction.Purge, ForGood = true }, [new DeadPlace(2)]);
        var refused = await Assert.ThrowsAsync<ForewaveException>(() => dead.UndoAsync(Queue, Group, new DeadOperationId(5)).AsTask());

        Assert.Equal((1L, 2L), (back.Messages, again.Messages));
        Assert.Equal(ErrorCode.NothingToUndo, refused.Code);
        Assert.Equal(1, (await client.Administration.ShowGroupAsync(Queue, Group)).Dead);
        var trail = await dead.ListAsync(Queue, Group).ToListAsync();
        Assert.Equal(
            [DeadAction.Purge, DeadAction.Undo, DeadAction.Redrive, DeadAction.Undo, DeadAction.Purge], trail.Select(one => one.Terms.Action));
        Assert.Equal((purged.Operation, "I meant another one"), (trail[1].Undone, trail[1].Terms.Reason));
    }

    [Fact]
    public async Task Bad_input_is_refused_and_changes_nothing()
    {
        await using var broker = await startBroker();
        await using var client = broker.CreateClient();
        await RejectAsync(client, 1);
        var dead = client.Administration.DeadLetters;
        var redrive = new DeadOperationTerms { Action = DeadAction.Redrive };

        Assert.Equal(ErrorCode.DeadFilterInvalid, await CodeAsync(() => dead.BeginAsync(Queue, Group, redrive with { Filter = "colour=red" })));
        Assert.Equal(ErrorCode.FieldInvalid, await CodeAsync(() => dead.BeginAsync(Queue, Group, redrive with { Rate = -1 })));
        Assert.Equal(ErrorCode.FieldInvalid, await CodeAsync(() => dead.BeginAsync(Queue, Group, redrive with { Rate = double.NaN })));
        Assert.Equal(ErrorCode.FieldInvalid, await CodeAsync(() => dead.BeginAsync(Queue, Group, redrive with { Action = DeadAction.Undo })));
        Assert.Equal(ErrorCode.FieldInvalid, await CodeAsync(() => dead.BeginAsync(Queue, Group, redrive with { Reason = new string('x', 256) })));
        Assert.Equal(ErrorCode.GroupNotFound, await CodeAsync(() => dead.BeginAsync(Queue, new GroupName("none"), redrive)));
        Assert.Equal(ErrorCode.DeadOperationNotFound, await CodeAsync(() => dead.CancelAsync(Queue, Group, new DeadOperationId(7))));
        Assert.Equal(ErrorCode.DeadOperationNotFound, await CodeAsync(() => dead.ShowAsync(Queue, Group, new DeadOperationId(7))));
        Assert.Equal(ErrorCode.NothingToUndo, await CodeAsync(async () => { await dead.UndoAsync(Queue, Group, new DeadOperationId(7)); return redrive; }));
        Assert.Equal(1, (await client.Administration.ShowGroupAsync(Queue, Group)).Dead);
        Assert.Empty(await dead.ListAsync(Queue).ToListAsync());
    }

    private static async Task<ErrorCode> CodeAsync<T>(Func<ValueTask<T>> call) =>
        (await Assert.ThrowsAsync<ForewaveException>(async () => await call())).Code;

    private static async Task<DeadOperation> EndAsync(ForewaveClient client, DeadOperationId id)
    {
        DeadOperation? last = null;
        await foreach (var now in client.Administration.DeadLetters.WatchAsync(Queue, Group, id))
            last = now;
        return last!;
    }

    private static async Task RejectAsync(ForewaveClient client, int messages)
    {
        await using var producer = client.CreateProducer();
        for (int i = 0; i < messages; i++)
            await producer.PublishAsync(Queue, "poison"u8.ToArray());
        await using var consumer = client.CreateConsumer(Queue, Group);
        for (int i = 0; i < messages; i++)
            await (await OneAsync(consumer)).RejectAsync("no good");
        // A dead letter is written after its bytes were read; each look is a round trip.
        while ((await client.Administration.ShowGroupAsync(Queue, Group)).Dead < messages)
            await Task.Yield();
    }

    private static async Task<ReceivedMessage> OneAsync(Consumer consumer) => Assert.Single(await consumer.ReceiveAsync(1, Soon));
}
