using Forewave.Broker.Deduplication;
using Forewave.Broker.Deduplication.Slices;
using Forewave.Storage;

namespace Forewave.Broker.Tests.Deduplication;

public sealed class MergeChoiceTests
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    [Theory]
    [InlineData("1 1 1", 0, 0)]
    [InlineData("1 1 1 1", 0, 4)]
    [InlineData("4 4 4 1", 0, 0)]
    [InlineData("4 4 4 4 1", 0, 4)]
    [InlineData("16 4 4 4 4 1 1", 1, 4)]
    [InlineData("16 4 1 1 1 1", 2, 4)]
    public void Neighbours_of_one_size_are_merged_four_at_a_time(string tables, int first, int count)
    {
        IdSlice[] all = [.. tables.Split(' ').Select((size, index) => Slice(int.Parse(size, System.Globalization.CultureInfo.InvariantCulture) * 100, index))];

        var chosen = MergeChoice.Of(all, 100, new IdTime(1_000));

        Assert.Equal(all.Skip(first).Take(count), chosen);
    }

    [Theory]
    [InlineData("1 1 x 1 1", 0, 0)]
    [InlineData("1 1 1 1 x 1 1", 0, 4)]
    [InlineData("1 1 1 1 x 1 1 1 1 1", 5, 5)]
    [InlineData("x 1 1 1 1", 1, 4)]
    public void Nothing_is_merged_across_a_slice_that_is_damaged(string tables, int first, int count)
    {
        IdSlice[] all = [.. tables.Split(' ').Select((_, index) => Slice(100, index))];
        foreach (var (index, size) in tables.Split(' ').Index())
            all[index].IsDamaged = size == "x";

        var chosen = MergeChoice.Of(all, 100, new IdTime(1_000));

        Assert.Equal(all.Skip(first).Take(count), chosen);
    }

    [Fact]
    public void Slice_that_is_mostly_gone_is_written_anew()
    {
        var gone = Slice(400, 0);

        Assert.Empty(MergeChoice.Of([gone], 100, new IdTime(1_000)));
        Assert.Equal([gone], MergeChoice.Of([gone], 100, new IdTime((long)Window.TotalMilliseconds + 1_000)));
    }

    private static IdSlice Slice(int ids, int index) => new(new IdFilter(4, 0))
    {
        Number = new SliceNumber((ulong)index + 1),
        FilterNumber = new SliceNumber((ulong)index + 100),
        Count = ids,
        FilterBlocks = 4,
        Begin = new IdTime(index),
        Seals = new SealRange { First = (ulong)index, Last = (ulong)index },
        Fences = [],
        Windows = [new WindowCount(Window, ids, new IdTime(index + 1))],
    };
}
