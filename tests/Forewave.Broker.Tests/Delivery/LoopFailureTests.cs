using Forewave.Broker.Delivery.Administration;
using Forewave.Broker.Delivery.Leases;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Tests.Delivery;

public sealed class LoopFailureTests
{
    [Fact]
    public async Task Loop_sleeps_when_it_refuses_everything_while_a_group_waits_for_its_turn()
    {
        var threads = new CountedThreads();
        await using var stage = await DeliveryStage.StartAsync(setting => setting with { Threads = threads });
        var consumer = await stage.SubscribeAsync("q");
        await stage.PublishAsync("q", "waits");
        var loop = stage.LoopOf(consumer.Subscription.Queue.Id);

        loop.Post(new LoopCall<bool>((stopping, call) =>
        {
            stopping.WantsTurn(stopping.Queues.FindGroup(consumer.GroupId)!);
            stopping.RefuseAll(ErrorCode.PartitionStopped);
            return call.Complete(true);
        }));
        await threads.IdleAsync();

        Assert.Null(loop.Failure);
    }

    [Fact]
    public async Task Pulls_and_rejects_that_wait_are_refused_when_the_partition_stopped()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var consumer = await stage.SubscribeAsync("q");
        consumer.Credit(1);
        await stage.PublishAsync("q", "bad");
        ulong pull = consumer.Receive(1, TimeSpan.FromSeconds(60));
        var reject = new SettleRequest(stage.Loops, consumer.Output, new CorrelationId(77));

        stage.LoopOf(consumer.Subscription.Queue.Id).Post(new LoopCall<bool>((stopping, call) =>
        {
            stopping.Queues.FindGroup(consumer.GroupId)!.Burials.Add(1, "never", reject);
            stopping.RefuseAll(ErrorCode.PartitionStopped);
            return call.Complete(true);
        }));
        reject.Post();
        await consumer.Output.AnsweredAsync(pull);
        await consumer.Output.AnsweredAsync(77);

        Assert.Contains((pull, ServerAnswer.Error, ErrorCode.PartitionStopped), consumer.Output.Answers);
        Assert.Contains((77UL, ServerAnswer.Error, ErrorCode.PartitionStopped), consumer.Output.Answers);
    }

    [Fact]
    public async Task Loop_that_failed_answers_everybody_who_waits_for_it()
    {
        await using var stage = await DeliveryStage.StartAsync();
        var loop = stage.LoopOf(stage.Queue("q").Id);
        var failing = new LoopCall<bool>((_, _) => throw new InvalidOperationException("a bug, says the test"));
        var behind = new LoopCall<bool>((_, call) => call.Complete(true));
        var later = new LoopCall<bool>((_, call) => call.Complete(true));

        loop.Post(failing);
        loop.Post(behind);
        var failure = await stage.Loops.Failed;
        loop.Post(later);

        Assert.IsType<InvalidOperationException>(failure);
        foreach (var waiting in new[] { failing, behind, later })
        {
            var refused = await Assert.ThrowsAsync<ForewaveException>(() => waiting.Answer);
            Assert.Equal(ErrorCode.PartitionStopped, refused.Code);
        }
    }
}
