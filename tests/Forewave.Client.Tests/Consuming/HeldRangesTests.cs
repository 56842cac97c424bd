using Forewave.Client.Consuming;
using Forewave.Protocol;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Tests.Consuming;

public sealed class HeldRangesTests
{
    [Fact]
    public void Ranges_hold_no_more_messages_than_the_broker_takes()
    {
        HeldRanges held = new();
        for (int i = 0; i < 3; i++)
        {
            held.Add(new Offset(1 + (i * 1_000_000L)), 400_000, Attempt.First);
        }

        List<V1.OffsetRange> merged = held.Merged();

        Assert.Equal([(1ul, 400_000ul), (1_000_001ul, 400_000ul)], merged.Select(range => (range.First, range.Count)));
    }
}
