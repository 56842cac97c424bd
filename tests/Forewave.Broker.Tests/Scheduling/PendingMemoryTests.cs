using Forewave.Broker.Scheduling.Pending;
using Forewave.Broker.Tests.Delivery;
using Forewave.Protocol;
using Forewave.Storage;

namespace Forewave.Broker.Tests.Scheduling;

/// <summary>Ten million scheduled messages take at most 500 MB. Alone: it asks the runtime for the whole heap.</summary>
[Collection(nameof(CursorMemoryTests))]
public sealed class PendingMemoryTests
{
    private const int Messages = 1_000_000;
    private const double MostBytesEach = 50;

    // Over an hour, over days, and over years: each kind of lane.
    [Theory]
    [InlineData(1)]
    [InlineData(24 * 20)]
    [InlineData(24 * 3_650)]
    public void Scheduled_message_takes_less_than_fifty_bytes(int hours)
    {
        var now = new Timestamp(1_800_000_000_000);
        var random = new Random(hours);
        List<PendingMessages> filled = [];
        List<long> sizes = [];
        // The median of several: what earlier tests left behind may be given up meanwhile.
        for (int i = 0; i < 3; i++)
        {
            long before = GC.GetTotalMemory(forceFullCollection: true);
            filled.Add(Filled(now, random, hours));
            sizes.Add(GC.GetTotalMemory(forceFullCollection: true) - before);
        }

        Assert.All(filled, pending => Assert.Equal(Messages, pending.Count));
        Assert.InRange((double)sizes.Order().ElementAt(1) / Messages, 8, MostBytesEach);
    }

    private static PendingMessages Filled(Timestamp now, Random random, int hours)
    {
        var pending = new PendingMessages();
        Dictionary<uint, long> places = [];
        for (int i = 0; i < Messages; i++)
        {
            var due = new Timestamp(now.UnixMilliseconds + random.NextInt64(1, hours * 3_600_000L));
            var lane = pending.Lane(LaneNumber.Of(due, now));
            long place = places[lane.Number.Value] = places.GetValueOrDefault(lane.Number.Value) + 1;
            pending.TryAdd(new PendingPlace(lane, place), new PendingMessage(1, due, LogPosition.FromBits((ulong)i + 1)));
        }
        return pending;
    }
}
