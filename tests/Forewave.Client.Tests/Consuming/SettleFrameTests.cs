using Forewave.Client.Consuming;
using Forewave.Protocol;
using Forewave.Protocol.Frames;

namespace Forewave.Client.Tests.Consuming;

public sealed class SettleFrameTests
{
    [Fact]
    public void Frame_is_full_before_it_names_more_messages_than_the_broker_takes()
    {
        using Settlements owner = new(new Lock(), new LeasedRuns(), TimeProvider.System, TimeSpan.Zero)
        {
            TellUnsettled = _ => { }, Timeout = TimeSpan.FromSeconds(30), AtMostOnce = false,
        };
        SettleFrame frame = new(owner);
        long messages = 0;

        // Runs that continue each other are one: their number is no bound.
        while (!frame.IsFull)
        {
            frame.Add(Run(first: 1 + messages));
            messages += Limits.MessagesPerFrame;
        }

        Assert.Single(frame.Runs);
        Assert.Equal(Limits.SettledPerFrame, messages);
        Assert.Equal((uint)Limits.SettledPerFrame, frame.Runs[0].Count);
    }

    private static SettleRun Run(long first) => new()
    {
        Queue = new QueueId(1), Group = new GroupId(2), First = new Offset(first), Count = Limits.MessagesPerFrame, Attempt = Attempt.First,
        Epoch = new Epoch(1), Verb = SettleVerb.Ack,
    };
}
