using Forewave.Broker.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Protocol.Routes;
using Forewave.Storage.Files.Disk;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Cluster;

/// <summary>What a broker of a cluster tells its clients, and which keys it takes. It is partition 7 of 7 and 8, on a disk partition 0.</summary>
public sealed class RoutesTests
{
    private static readonly SlotMap Map = SlotMap.Spread([new(7), new(8)]);
    private static readonly string Own = KeyOf(7);
    private static readonly string Foreign = KeyOf(8);
    private readonly FakeCluster _cluster = new(Map);

    [Fact]
    public async Task Broker_that_is_alone_offers_no_routes_and_refuses_the_request()
    {
        await using var engine = await TestEngine.StartAsync();
        var client = TestClient.Connect(engine.Engine);

        var hello = await client.AskAsync(new V1.ClientFrame { Hello = TestClient.Hello() });
        var refused = await client.AskAsync(new V1.ClientFrame { GetRoutes = new V1.GetRoutes() });

        Assert.DoesNotContain(CapabilityNames.Routes, hello.Hello.Capabilities);
        Assert.Equal((uint)ErrorCode.CapabilityMissing, refused.Error.Number);
    }

    [Fact]
    public async Task Routes_are_answered_at_once_where_they_differ_and_else_when_they_change()
    {
        _cluster.Set(TableOf("a:1"));
        await using var engine = await StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);

        var known = (await client.AskAsync(Get(version: 0, wait: 60_000))).Routes;
        ulong asked = await client.SendAsync(Get(known.Version, wait: 60_000));
        _cluster.Set(TableOf("b:1"));
        var changed = (await client.AnswerToAsync(asked)).Routes;

        Assert.Equal("a:1", Assert.Single(known.Routes_).Address);
        Assert.Equal("b:1", Assert.Single(changed.Routes_).Address);
        Assert.NotEqual(known.Version, changed.Version);
    }

    [Fact]
    public async Task Routes_that_do_not_change_are_answered_after_the_wait()
    {
        _cluster.Set(TableOf("a:1"));
        await using var engine = await StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);

        Task<V1.ServerFrame> answer = client.AskAsync(Get(_cluster.Routes.Version, wait: 1_234));
        // No other timer rings then: moved on and on, the clock would find the client silent.
        await engine.Time.MoveUntilAsync(answer, TimeSpan.FromMilliseconds(1_234));
        var same = (await answer).Routes;
        var tooLong = await client.AskAsync(Get(0, wait: 60_001));

        Assert.Equal(_cluster.Routes.Version, same.Version);
        Assert.Equal((uint)ErrorCode.FieldInvalid, tooLong.Error.Number);
    }

    [Fact]
    public async Task Opened_queue_tells_its_slots_and_keys_of_others_are_refused_with_the_version_of_the_map()
    {
        await using var engine = await StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);

        var opened = await OpenAsync(client, "orders");
        var own = await PublishAsync(client, opened.Queue, 1, new V1.Message { OrderingKey = Own });
        var foreign = await PublishAsync(client, opened.Queue, 2, new V1.Message { OrderingKey = Foreign });
        var foreignId = await PublishAsync(client, opened.Queue, 3, new V1.Message { DeduplicationId = Foreign });
        var both = await PublishAsync(client, opened.Queue, 4, new V1.Message { OrderingKey = Own, DeduplicationId = Foreign });
        var unkeyed = await PublishAsync(client, opened.Queue, 5, new V1.Message());

        Assert.Equal([7u, 8u], opened.Slots.Ranges.Select(range => range.Partition));
        Assert.Null(own.Error);
        Assert.Equal((uint)ErrorCode.NotOwner, foreign.Error.Number);
        Assert.Contains("by version 1 of its map", foreign.Error.Text, StringComparison.Ordinal);
        Assert.Equal((uint)ErrorCode.NotOwner, foreignId.Error.Number);
        Assert.Null(both.Error);
        Assert.Null(unkeyed.Error);
    }

    [Fact]
    public async Task Queue_whose_map_cannot_be_had_is_not_made_and_one_that_is_known_stays_open()
    {
        await using var engine = await StartAsync();
        var client = await TestClient.GreetedAsync(engine.Engine);
        await OpenAsync(client, "orders");
        _cluster.IsAway = true;

        var again = await client.AskAsync(new V1.ClientFrame { OpenQueue = new V1.OpenQueue { Queue = "orders", Slots = true } });
        var refused = await client.AskAsync(new V1.ClientFrame { OpenQueue = new V1.OpenQueue { Queue = "new", Create = true } });
        _cluster.IsAway = false;
        var none = await client.AskAsync(new V1.ClientFrame { OpenQueue = new V1.OpenQueue { Queue = "new" } });

        Assert.NotNull(again.QueueOpened.Slots);
        Assert.Equal((uint)ErrorCode.CoordinationUnreachable, refused.Error.Number);
        Assert.Equal((uint)ErrorCode.QueueNotFound, none.Error.Number);
    }

    [Fact]
    public async Task Queues_of_before_the_cluster_keep_all_their_keys_and_new_ones_are_spread()
    {
        var disk = new MemoryDisk();
        var time = new MovedTime();
        await using (var alone = await TestEngine.StartOnDiskAsync(disk, time))
            await OpenAsync(await TestClient.GreetedAsync(alone.Engine), "before");
        await using var engine = await TestEngine.StartOnDiskAsync(disk, time, new BrokerOptions { Cluster = _cluster, StopGrace = TimeSpan.Zero });
        var client = await TestClient.GreetedAsync(engine.Engine);

        var before = await OpenAsync(client, "before");
        var after = await OpenAsync(client, "after");
        var kept = await PublishAsync(client, before.Queue, 1, new V1.Message { OrderingKey = Foreign });
        var foreign = await PublishAsync(client, after.Queue, 2, new V1.Message { OrderingKey = Foreign });

        Assert.Equal([0u], before.Slots.Ranges.Select(range => range.Partition));
        Assert.Null(kept.Error);
        Assert.Equal((uint)ErrorCode.NotOwner, foreign.Error.Number);
    }

    private Task<TestEngine> StartAsync() => TestEngine.StartAsync(options: new BrokerOptions { Cluster = _cluster });

    private static async Task<V1.QueueOpened> OpenAsync(TestClient client, string queue)
    {
        await client.AskAsync(new V1.ClientFrame { OpenProducer = new V1.OpenProducer { ProducerId = ByteString.CopyFrom(ProducerId.New().ToBytes()), Name = "p" } });
        return (await client.AskAsync(new V1.ClientFrame { OpenQueue = new V1.OpenQueue { Queue = queue, Create = true, Slots = true } })).QueueOpened;
    }

    private static async Task<V1.PublishedBatch> PublishAsync(TestClient client, uint queue, ulong sequence, V1.Message message)
    {
        V1.PublishBatch batch = new() { Queue = queue, FirstSequence = sequence, Messages = { message.ToByteString() } };
        return Assert.Single((await client.AskAsync(new V1.ClientFrame { Publish = new V1.Publish { Producer = 1, Batches = { batch } } })).Published.Batches);
    }

    private static V1.ClientFrame Get(ulong version, uint wait) => new() { GetRoutes = new V1.GetRoutes { Version = version, Wait = wait } };

    private static RouteTable TableOf(string address) => RouteTable.Of([new Route(new(0), address, new Epoch(1))]);

    private static string KeyOf(ushort partition)
    {
        return Enumerable.Range(0, 100).Select(one => $"key-{one}").First(key => Map.OwnerOf(key) == new PartitionNumber(partition));
    }
}
