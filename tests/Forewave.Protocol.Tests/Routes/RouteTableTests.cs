using Forewave.Protocol.Routes;

namespace Forewave.Protocol.Tests.Routes;

public sealed class RouteTableTests
{
    [Fact]
    public void Table_finds_each_of_a_hundred_partitions_and_no_other()
    {
        RouteTable table = RouteTable.Of(Enumerable.Range(0, 100).Reverse().Select(one => RouteOf(one * 3, $"h{one}:7600", 1)));

        Assert.All(Enumerable.Range(0, 300), one => Assert.Equal(one % 3 == 0 ? $"h{one / 3}:7600" : null, table.Find(new((ushort)one))?.Address));
        Assert.Equal(table.Routes.OrderBy(route => route.Partition), table.Routes.AsEnumerable());
    }

    [Fact]
    public void Version_tells_tables_apart_and_equal_ones_not()
    {
        RouteTable table = RouteTable.Of([RouteOf(0, "a:1", 1), RouteOf(1, "b:1", 1)]);

        Assert.Equal(table.Version, RouteTable.Of([RouteOf(1, "b:1", 1), RouteOf(0, "a:1", 1)]).Version);
        Assert.NotEqual(table.Version, RouteTable.Of([RouteOf(0, "a:1", 2), RouteOf(1, "b:1", 1)]).Version);
        Assert.NotEqual(table.Version, RouteTable.Of([RouteOf(0, "a:2", 1), RouteOf(1, "b:1", 1)]).Version);
        Assert.Equal(0ul, RouteTable.Empty.Version);
    }

    [Theory]
    [InlineData("a:1", 1u, "b:1", 2u, "b:1")]
    [InlineData("b:1", 2u, "a:1", 1u, "b:1")]
    [InlineData("a:1", 1u, "", 2u, "a:1")]
    [InlineData("", 2u, "a:1", 1u, "a:1")]
    [InlineData("a:1", 1u, "a:2", 1u, "a:2")]
    [InlineData("a:1", 1u, "", 1u, "a:1")]
    public void Merged_table_has_the_later_master_of_whom_an_address_is_known(string one, uint oneEpoch, string other, uint otherEpoch, string expected)
    {
        RouteTable merged = RouteTable.Of([RouteOf(0, one, oneEpoch)]).With(RouteTable.Of([RouteOf(0, other, otherEpoch)]));

        Assert.Equal(expected, merged.Find(new(0))!.Address);
    }

    [Fact]
    public void Merging_adds_partitions_and_removes_none()
    {
        RouteTable merged = RouteTable.Of([RouteOf(0, "a:1", 1)]).With(RouteTable.Of([RouteOf(1, "", 1)]));

        Assert.Equal([new(0), new(1)], merged.Routes.Select(route => route.Partition));
        Assert.Same(merged, merged.With(RouteTable.Of([RouteOf(0, "a:1", 1)])));
    }

    [Fact]
    public void Table_goes_over_the_wire_and_back()
    {
        RouteTable table = RouteTable.Of([RouteOf(0, "a:1", 7), RouteOf(1_023, "", 1)]);

        Assert.True(RouteFrames.TryRead(table.ToWire(), out RouteTable read));

        Assert.Equal(table.Routes.AsEnumerable(), read.Routes.AsEnumerable());
        Assert.Equal(table.Version, read.Version);
        Assert.False(RouteFrames.TryRead(new V1.Routes { Routes_ = { new V1.Route { Partition = 70_000, Epoch = 1 } } }, out _));
    }

    [Fact]
    public void Partition_with_two_routes_makes_no_table() =>
        Assert.Throws<ArgumentException>(() => RouteTable.Of([RouteOf(0, "a:1", 1), RouteOf(0, "b:1", 2)]));

    private static Route RouteOf(int partition, string address, uint epoch) => new(new PartitionNumber((ushort)partition), address, new Epoch(epoch));
}
