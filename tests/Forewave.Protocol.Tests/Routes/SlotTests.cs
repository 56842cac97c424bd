using System.Text;
using System.Text.Json;
using Forewave.Protocol.Routes;

namespace Forewave.Protocol.Tests.Routes;

public sealed class SlotTests
{
    [Fact]
    public void Slots_are_those_of_the_vectors()
    {
        foreach (JsonElement vector in Vectors("slots"))
        {
            string key = vector.GetProperty("key").GetString()!;

            Assert.Equal((key, vector.GetProperty("slot").GetInt32()), (key, KeySlot.Of(key)));
            Assert.Equal((key, KeySlot.Of(key)), (key, KeySlot.Of(Encoding.UTF8.GetBytes(key))));
        }
    }

    [Fact]
    public void First_maps_are_those_of_the_vectors()
    {
        foreach (JsonElement vector in Vectors("maps"))
        {
            SlotMap map = SlotMap.Spread(vector.GetProperty("partitions").EnumerateArray().Select(one => new PartitionNumber(one.GetUInt16())));

            Assert.Equal(
                vector.GetProperty("ranges").EnumerateArray().Select(range => string.Join(',', range.EnumerateArray().Select(one => one.GetInt32()))),
                map.Ranges.Select(range => $"{range.First},{range.Count},{range.Partition}"));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    [InlineData(1_024)]
    public void Spread_gives_each_partition_as_many_slots_as_the_others_or_one_more(int partitions)
    {
        SlotMap map = SlotMap.Spread(Enumerable.Range(0, partitions).Select(one => new PartitionNumber((ushort)one)));

        int[] counts = [.. Enumerable.Range(0, Limits.Slots).GroupBy(slot => map.OwnerOf(new SlotNumber(slot))).Select(group => group.Count())];
        Assert.Equal((partitions, Limits.Slots), (counts.Length, counts.Sum()));
        Assert.InRange(counts.Max() - counts.Min(), 0, 1);
        Assert.Equal(map.OwnerOf(new SlotNumber(KeySlot.Of("order-1"))), map.OwnerOf("order-1"));
    }

    [Theory]
    [InlineData(1u, "0,1023,0")]
    [InlineData(1u, "0,512,0 511,513,1")]
    [InlineData(1u, "0,512,0 513,511,1")]
    [InlineData(1u, "0,1024,0 0,1,1")]
    [InlineData(1u, "0,1025,0")]
    [InlineData(1u, "0,0,1 0,1024,0")]
    [InlineData(1u, "")]
    [InlineData(0u, "0,1024,0")]
    public void Map_in_which_a_slot_has_no_owner_or_two_is_refused(uint version, string ranges)
    {
        IEnumerable<SlotRange> read = ranges.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(range => range.Split(',').Select(int.Parse).ToArray())
            .Select(range => new SlotRange(new SlotNumber(range[0]), range[1], new PartitionNumber((ushort)range[2])));

        Assert.False(SlotMap.TryOf(version, read, out SlotMap? map));
        Assert.Null(map);
    }

    [Fact]
    public void Map_goes_over_the_wire_and_back()
    {
        SlotMap map = SlotMap.Spread([new(5), new(2), new(9)]);

        Assert.True(RouteFrames.TryRead(map.ToWire(), out SlotMap? read));

        Assert.Equal(map.Ranges.AsEnumerable(), read.Ranges.AsEnumerable());
        Assert.Equal(map.Version, read.Version);
        Assert.False(RouteFrames.TryRead(new V1.SlotMap { Version = 1, Ranges = { new V1.SlotRange { First = 4_000_000_000, Count = 1_024 } } }, out _));
    }

    private static List<JsonElement> Vectors(string name)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Forewave.slnx")))
            folder = folder.Parent;
        using JsonDocument vectors = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder!.FullName, "proto", "vectors", "slots.json")));
        List<JsonElement> named = [.. vectors.RootElement.GetProperty(name).EnumerateArray().Select(vector => vector.Clone())];
        Assert.NotEmpty(named);
        return named;
    }
}
