using Forewave.Client.Consuming;
using Forewave.Client.Tests.Fakes;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Tests.Consuming;

public sealed class HandlerTests
{
    [Fact]
    public async Task Message_is_acked_when_its_handler_returns()
    {
        await using Scene scene = await Scene.ConsumingAsync();
        using CancellationTokenSource end = new();
        Task running = scene.Consumer.RunAsync((_, _) => default, 1, end.Token);

        await scene.Connection.DeliverAsync(FakeConnection.Run(1, 1));
        V1.ClientFrame settle = await scene.SettleAsync();
        await end.CancelAsync();
        await running.Soon();

        V1.SettleRun run = Assert.Single(settle.Settle.Runs);
        Assert.Equal((V1.SettleVerb.Ack, 1ul), (run.Verb, run.FirstOffset));
    }

    [Fact]
    public async Task Message_is_nacked_with_the_reason_when_its_handler_throws()
    {
        await using Scene scene = await Scene.ConsumingAsync();
        using CancellationTokenSource end = new();
        Task running = scene.Consumer.RunAsync((_, _) => throw new InvalidDataException("no such order"), 1, end.Token);

        await scene.Connection.DeliverAsync(FakeConnection.Run(1, 1));
        V1.ClientFrame settle = await scene.SettleAsync();
        await end.CancelAsync();
        await running.Soon();

        V1.SettleRun run = Assert.Single(settle.Settle.Runs);
        Assert.Equal((V1.SettleVerb.Nack, 0ul, "InvalidDataException: no such order"), (run.Verb, run.Delay, run.Reason));
    }

    [Fact]
    public async Task Message_that_its_handler_settled_is_left_alone()
    {
        await using Scene scene = await Scene.ConsumingAsync();
        using CancellationTokenSource end = new();
        Task running = scene.Consumer.RunAsync((message, token) => message.RejectAsync("spam", token), 1, end.Token);

        await scene.Connection.DeliverAsync(FakeConnection.Run(1, 1));
        V1.ClientFrame settle = await scene.SettleAsync();
        await scene.Connection.AnswerSettleAsync(settle);
        await scene.Consumer.FlushAsync().Soon();
        await end.CancelAsync();
        await running.Soon();

        Assert.Equal(V1.SettleVerb.Reject, Assert.Single(settle.Settle.Runs).Verb);
        Assert.True(scene.Consumer.FlushAsync().IsCompleted);
    }

    [Fact]
    public async Task Lease_is_extended_every_third_of_it_while_the_handler_runs()
    {
        await using Scene scene = await Scene.ConsumingAsync();
        using CancellationTokenSource end = new();
        TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource finish = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task running = scene.Consumer.RunAsync(
            async (_, _) =>
            {
                started.SetResult();
                await finish.Task;
            },
            1,
            end.Token);
        await scene.Connection.DeliverAsync(FakeConnection.Run(1, 1));
        await started.Task.Soon();

        scene.Time.Advance(TimeSpan.FromSeconds(10));
        V1.ClientFrame extension = await scene.SettleAsync();
        await scene.Connection.AnswerSettleAsync(extension);
        finish.SetResult();
        V1.ClientFrame ack = await scene.SettleAsync();
        await end.CancelAsync();
        await running.Soon();

        V1.SettleRun run = Assert.Single(extension.Settle.Runs);
        Assert.Equal((V1.SettleVerb.Extend, 1ul, 30_000ul), (run.Verb, run.FirstOffset, run.Delay));
        Assert.Equal(V1.SettleVerb.Ack, Assert.Single(ack.Settle.Runs).Verb);
    }

    [Fact]
    public async Task Message_is_released_when_its_handler_gives_up_for_the_cancellation()
    {
        await using Scene scene = await Scene.ConsumingAsync();
        using CancellationTokenSource end = new();
        TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task running = scene.Consumer.RunAsync(
            async (_, token) =>
            {
                started.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, scene.Time, token);
            },
            1,
            end.Token);
        await scene.Connection.DeliverAsync(FakeConnection.Run(1, 1));
        await started.Task.Soon();

        await end.CancelAsync();
        V1.ClientFrame settle = await scene.SettleAsync();
        await running.Soon();

        Assert.Equal(V1.SettleVerb.Release, Assert.Single(settle.Settle.Runs).Verb);
    }

    [Fact]
    public async Task Handlers_run_at_once_up_to_the_concurrency()
    {
        await using Scene scene = await Scene.ConsumingAsync();
        using CancellationTokenSource end = new();
        using SemaphoreSlim entered = new(0);
        TaskCompletionSource finish = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int atOnce = 0;
        int most = 0;
        Task running = scene.Consumer.RunAsync(
            async (_, _) =>
            {
                most = Math.Max(most, Interlocked.Increment(ref atOnce));
                entered.Release();
                await finish.Task;
                Interlocked.Decrement(ref atOnce);
            },
            3,
            end.Token);

        await scene.Connection.DeliverAsync(FakeConnection.Run(1, 10));
        for (int i = 0; i < 3; i++)
        {
            await entered.WaitAsync().Soon();
        }

        int before = Volatile.Read(ref atOnce);
        finish.SetResult();
        for (int i = 0; i < 7; i++)
        {
            await entered.WaitAsync().Soon();
        }

        await end.CancelAsync();
        await running.Soon();
        Assert.Equal(3, before);
        Assert.Equal(3, most);
    }
}
