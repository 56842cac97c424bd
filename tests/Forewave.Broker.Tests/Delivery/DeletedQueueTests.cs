using Forewave.Broker.Queues;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Tests.Delivery;

/// <summary>A deleted queue leaves nothing behind: no index, no state, whatever still comes for it.</summary>
public sealed class DeletedQueueTests
{
    [Fact]
    public async Task Index_of_a_deleted_queue_and_of_its_dead_letters_is_given_back()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(10);
        await stage.PublishAsync("q", DeliveryStage.Bodies(10));
        await consumer.SettleAsync(SettleVerb.Reject, consumer.Output.TakeMessages()[..3]);
        await stage.IdleAsync();
        uint dead = stage.StateOf(consumer).Identity.DeadIndex;
        Assert.Equal(new Offset(4), stage.Store.Extent(dead).End);

        await stage.Loops.Administration.CloseQueueAsync(stage.Queue("q"));

        var none = new QueueExtent(Offset.First, Offset.First, 0, default);
        Assert.Equal(none, stage.Store.Extent(stage.Queue("q").Id));
        Assert.Equal(none, stage.Store.Extent(dead));
    }

    [Fact]
    public async Task Publish_that_is_committed_after_its_queue_was_closed_makes_no_queue()
    {
        HashSet<uint> open = [1];
        await using var stage = await DeliveryStage.StartAsync(setting => setting with { HasQueue = open.Contains });
        var queue = stage.Queue("q");
        await stage.PublishAsync("q", "a");
        open.Clear();
        await stage.Loops.Administration.CloseQueueAsync(queue);

        await stage.PublishAsync("q", "b");

        Assert.Null(stage.LoopOf(queue.Id).Queues.Find(queue.Id));
        Assert.Equal(Offset.First, stage.Store.Extent(queue.Id).End);
    }

    [Fact]
    public async Task Retention_that_comes_after_a_deletion_makes_no_queue()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var queue = stage.Queue("q");
        await stage.PublishAsync("q", "a");
        await stage.Loops.Administration.CloseQueueAsync(queue);

        await stage.Loops.Administration.ExpireAsync(queue, new Offset(2));

        Assert.Null(stage.LoopOf(queue.Id).Queues.Find(queue.Id));
    }

    // Rot has shortened the queue since: the offsets that the purge named are given to messages that came after it.
    [Fact]
    public async Task Purge_of_offsets_that_were_lost_does_not_take_messages_that_get_them_later()
    {
        var stage = await DeliveryStage.StartAsync();
        await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", DeliveryStage.Bodies(3));
        uint queue = stage.Queue("q").Id;
        var purged = new RecordDraft { Type = RecordType.Purged, Count = 1, Queue = queue, Sequence = 9, PayloadCrc = Checksum.Of([]) };
        Assert.Equal(AppendOutcome.Appended, stage.Store.TryAppend([purged], out _));

        stage = await stage.RestartAsync();
        await using var restarted = stage;
        await stage.PublishAsync("q", "after");
        var again = await stage.SubscribeAsync("q");
        again.Credit(10);
        await stage.IdleAsync();

        Assert.Equal(["after"], again.Output.Messages.Select(message => message.Body));
    }
}
