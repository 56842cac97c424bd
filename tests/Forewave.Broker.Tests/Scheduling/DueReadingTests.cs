using Forewave.Broker.Scheduling;
using Forewave.Broker.Scheduling.Pending;
using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Storage;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Scheduling;

public sealed class DueReadingTests
{
    private const int MostBytes = 8 * 1024 * 1024;
    private const int LargeBytes = 4 * 1024 * 1024;
    private const int Messages = 2_560;

    // One in five is large: together more than 2 GiB.
    private static readonly byte[] Small = Encoded(100);
    private static readonly byte[] Large = Encoded(LargeBytes);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Messages_are_read_in_order_and_in_bounds_when_large_ones_are_due_among_small_ones(bool isAgainstPlaces)
    {
        var held = new HeldRuns();
        await using var store = new FakeStore { Recent = offset => held.Lend(offset, BytesAt(offset.Value)) };
        var now = new Timestamp(1_800_000_000_000);
        var lane = new PendingLane(LaneNumber.Of(now, now));
        var places = Enumerable.Range(1, Messages).Select(place => new PendingPlace(lane, isAgainstPlaces ? Messages + 1 - place : place)).ToArray();
        List<long> read = [];

        while (read.Count < Messages)
        {
            using var reading = new DueReading(store);
            var messages = await reading.ReadAsync(places[read.Count..], MostBytes, CancellationToken.None);
            Assert.InRange(messages.Length, 1, Messages - read.Count);
            Assert.InRange(messages.Sum(message => (long)message.Bytes.Length), 1, MostBytes);
            Assert.All(messages, message => Assert.Equal(BytesAt((long)message.Id.Number).Length, message.Bytes.Length));
            read.AddRange(messages.Select(message => (long)message.Id.Number));
        }

        Assert.Equal(places.Select(place => place.Place), read);
        Assert.InRange(held.MostBytes, LargeBytes, 2 * MostBytes + Large.Length);
        Assert.Equal(0, held.Bytes);
    }

    [Fact]
    public async Task Message_is_read_alone_when_it_is_larger_than_what_is_read_at_a_time()
    {
        var held = new HeldRuns();
        await using var store = new FakeStore { Recent = offset => held.Lend(offset, Large) };
        var now = new Timestamp(1_800_000_000_000);
        var lane = new PendingLane(LaneNumber.Of(now, now));
        using var reading = new DueReading(store);

        var messages = await reading.ReadAsync([new(lane, 2), new(lane, 1)], LargeBytes / 4, CancellationToken.None);

        Assert.Equal([2ul], messages.Select(message => message.Id.Number));
        Assert.True(messages[0].Bytes.Span.SequenceEqual(Large));
    }

    private static byte[] BytesAt(long place) => place % 5 == 0 ? Large : Small;

    private static byte[] Encoded(int bodyBytes) => new V1.PublishBatch
    {
        Messages = { new V1.Message { Body = ByteString.CopyFrom(new byte[bodyBytes]) }.ToByteString() },
    }.ToByteArray();
}
