using Forewave.Broker.Deduplication;
using Forewave.Broker.Deduplication.Slices;

namespace Forewave.Broker.Tests.Deduplication;

public sealed class IdFilterTests
{
    private const int Ids = 20_000;

    [Theory]
    [InlineData(0, 0.002)]
    [InlineData(1, 0.01)]
    [InlineData(2, 0.05)]
    [InlineData(3, 0.25)]
    public void Filter_has_all_that_was_added_and_little_else_however_often_it_was_folded(int folds, double mostErrors)
    {
        var random = new Random(7);
        IdHash[] added = [.. Enumerable.Range(0, Ids).Select(_ => Next(random)).Order()];
        var filter = Filled(added);
        for (int i = 0; i < folds; i++)
            filter = filter.Fold();

        double errors = Enumerable.Range(0, Ids).Count(_ => filter.MayHave(Next(random))) / (double)Ids;

        Assert.All(added, hash => Assert.True(filter.MayHave(hash)));
        Assert.InRange(errors, 0, mostErrors);
        Assert.Equal(IdFilter.BlocksFor(Ids, IdSliceTerms.FilterBits) * IdFilter.BlockBytes >> folds, filter.Bytes);
    }

    [Theory]
    [InlineData(4, 2)]
    [InlineData(12, 2)]
    [InlineData(8, 3)]
    [InlineData(7, 0)]
    public void Filter_of_fewer_bits_is_folded_no_further_than_it_has_halves(long blocks, int mostFolds)
    {
        var filter = new IdFilter(blocks, 0);
        while (filter.MayFold)
            filter = filter.Fold();

        Assert.Equal(mostFolds, filter.Folds);
        Assert.Equal(mostFolds, IdFilter.FoldsOf(blocks, IdFilter.MaxFolds));
    }

    private static IdHash Next(Random random) => new() { High = (ulong)random.NextInt64() << 1, Low = (ulong)random.NextInt64() };

    private static IdFilter Filled(IdHash[] hashes)
    {
        long blocks = IdFilter.BlocksFor(hashes.Length, IdSliceTerms.FilterBits);
        var filter = new IdFilter(blocks, 0);
        foreach (var hash in hashes)
        {
            var block = new ulong[IdFilter.BlockBytes / sizeof(ulong)];
            IdFilter.Add(hash, block);
            filter.Add(IdFilter.BlockOf(hash, blocks), block);
        }
        return filter;
    }
}
