using Forewave.Client.Consuming;
using Forewave.Protocol;

namespace Forewave.Client.Tests.Consuming;

internal static class Runs
{
    /// <summary>A run of so many messages without bytes.</summary>
    public static LeasedRun Of(int count)
    {
        LeasedRun run = new(null!, [], default)
        {
            Terms = new SubscriptionTerms(1, new PartitionNumber(0), new QueueId(1), new GroupId(1), TimeSpan.FromSeconds(30)),
            First = Offset.First,
            Count = count,
            FirstPosition = LogPosition.FromBits(1),
            PublishTimeMilliseconds = 0,
            Attempt = Attempt.First,
            Epoch = new Epoch(1),
            VisibilityTimeout = TimeSpan.FromSeconds(30),
            ProducerName = "",
            IsRedriven = false,
            Arrived = 0,
            HandedOutBefore = 0,
        };
        run.Begin();
        return run;
    }
}
