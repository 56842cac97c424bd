using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.Groups;
using Forewave.Broker.Delivery.Records;
using Forewave.Broker.Delivery.Subscriptions;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Delivery;

public sealed class HeldLeasesTests
{
    [Fact]
    public void Gaps_are_what_is_leased_and_not_held_at_its_attempt()
    {
        Random random = new(20260102);
        for (int round = 0; round < 300; round++)
        {
            HeldRange[] held = [.. Enumerable.Range(0, random.Next(12)).Select(_ => Range(random.Next(1, 60), random.Next(1, 12), (uint)random.Next(1, 4)))];
            RecordRun leased = new(random.Next(1, 50), random.Next(1, 30), (uint)random.Next(1, 4));

            List<RecordRun> gaps = [];
            new HeldLeases(held).CollectGaps(leased, gaps);

            var expected = Offsets(leased).Where(offset => !held.Any(range =>
                range.Attempt.Value == leased.Attempt && offset >= range.First.Value && offset < range.First.Value + range.Count));
            Assert.Equal(expected, gaps.SelectMany(Offsets));
            Assert.All(gaps, gap => Assert.Equal(leased.Attempt, gap.Attempt));
        }
    }

    [Fact]
    public void Offset_that_is_listed_twice_is_held_once()
    {
        HeldLeases held = new([Range(5, 10, 2), Range(1, 8, 1), Range(3, 2, 1), Range(14, 5, 1)]);

        var within = held.In(new OffsetSpan { First = 3, End = 17 });

        Assert.Equal([new RecordRun(3, 6, 1), new RecordRun(9, 6, 2), new RecordRun(15, 2, 1)], within);
    }

    private static HeldRange Range(long first, int count, uint attempt) => new(new Offset(first), count, new Attempt(attempt));

    private static IEnumerable<long> Offsets(RecordRun run) => Enumerable.Range(0, run.Count).Select(i => run.First + i);
}
