using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Delivery.DeadLetters;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Delivery;

/// <summary>What is done to dead letters, with as many of them as an outage leaves: pages, records of many ranges, and recovery of it.</summary>
public sealed class DeadOperationSizeTests
{
    private const int Letters = 110_000;
    private const int AtOnce = 5_000;
    private const int PerPage = 10_000;

    private static readonly GroupName Group = new("g");

    // Every second one, so that what is touched makes more ranges than one record takes.
    [Fact]
    public async Task Hundred_thousand_dead_letters_are_redriven_by_filter_and_taken_back_and_purged_and_brought_back()
    {
        var stage = await DeliveryStage.StartAsync(setting => setting with { DeadUndoWindow = TimeSpan.FromHours(1) });
        await RejectAllAsync(stage);
        long wouldTouch = await DryRunAsync(stage, "tag=even");

        await stage.Loops.Operating.BeginAsync(stage.Queue("q"), DeadOperatingCalls.Terms(DeadAction.Redrive, "tag=even"));
        var pages = await stage.Loops.Operating.StepAllAsync(stage.Queue("q"), PerPage);
        long left = await CountAsync(stage);
        stage = await stage.RestartAsync();
        var undone = await stage.Loops.Operating.UndoAsync(stage.Queue("q"), 1);
        long again = await CountAsync(stage);

        Assert.Equal((Letters / 2, Letters / 2), (wouldTouch, left));
        Assert.All(pages, messages => Assert.InRange(messages, 0, PerPage));
        Assert.Equal((Letters / 2, Letters), (undone.Messages, again));

        await stage.Loops.Operating.BeginAsync(stage.Queue("q"), DeadOperatingCalls.Terms(DeadAction.Purge, "tag=odd"));
        await stage.Loops.Operating.StepAllAsync(stage.Queue("q"), PerPage);
        await stage.CheckpointAsync();
        stage = await stage.RestartAsync();
        await using var restarted = stage;
        long kept = await CountAsync(stage);
        ulong purge = (await stage.Loops.Trail.ListAsync(stage.Queue("q"), null, 0, 100)).Operations[^1].Number;
        var broughtBack = await stage.Loops.Operating.UndoAsync(stage.Queue("q"), purge);

        Assert.Equal((Letters / 2, Letters / 2), (kept, broughtBack.Messages));
        Assert.Equal(Letters, await CountAsync(stage));
        Assert.Equal(Letters, await DryRunAsync(stage, "reason~bank"));
    }

    [Fact]
    public async Task Hundred_thousand_redriven_messages_come_once_each_and_in_order()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await RejectAllAsync(stage);
        var redriven = await stage.Loops.Operating.RedriveAsync(stage.Queue("q"), Group, null);

        List<long> offsets = [];
        while (offsets.Count < Letters)
        {
            consumer.Credit(AtOnce);
            await stage.IdleAsync();
            var messages = consumer.Output.TakeMessages();
            Assert.NotEmpty(messages);
            offsets.AddRange(messages.Select(message => message.Offset));
            await consumer.SettleAsync(SettleVerb.Ack, messages);
        }

        Assert.Equal(Letters, redriven);
        Assert.Equal(Enumerable.Range(1, Letters).Select(offset => (long)offset), offsets);
        Assert.Equal((0L, 0), (await CountAsync(stage), stage.StateOf(consumer).Cursor.Unsettled));
    }

    private static async Task<TestConsumer> RejectAllAsync(DeliveryStage stage)
    {
        var consumer = await stage.SubscribeAsync("q");
        for (int from = 0; from < Letters; from += AtOnce)
        {
            await stage.PublishAsync("q", [.. Enumerable.Range(from, AtOnce).Select(n => n % 2 == 0 ? $"even:{n}" : $"odd:{n}")]);
            consumer.Credit(AtOnce);
            await stage.IdleAsync();
            await consumer.SettleAsync(SettleVerb.Reject, consumer.Output.TakeMessages(), reason: "the bank is closed");
        }
        Assert.Equal(Letters, await CountAsync(stage));
        return consumer;
    }

    private static async Task<long> CountAsync(DeliveryStage stage) =>
        (await stage.Loops.Administration.ShowGroupAsync(stage.Queue("q"), Group)).Dead;

    /// <summary>What an operation with a filter would touch.</summary>
    private static async Task<long> DryRunAsync(DeliveryStage stage, string text)
    {
        Assert.True(DeadFilter.TryParse(text, out var filter, out _));
        long count = 0;
        long after = 0;
        do
        {
            var page = await stage.Loops.DeadLetters.SelectAsync(
                stage.Queue("q"), Group, new DeadSelection { Filter = filter, After = after, Max = PerPage });
            count += page.Letters.Count;
            after = page.Next;
        }
        while (after > 0);
        return count;
    }
}
