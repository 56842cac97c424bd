using Forewave.Client.Producing;
using Forewave.Protocol;

namespace Forewave.Client.Tests.Routing;

public sealed class PartitionChoiceTests
{
    private static readonly QueueName Queue = new("orders");

    [Fact]
    public void Round_robin_gives_each_its_turn()
    {
        int[] turns = Turns(new ProducerOptions(), 3, 300);

        Assert.All(Enumerable.Range(0, 3), place => Assert.Equal(100, turns.Count(turn => turn == place)));
        Assert.All(turns.Zip(turns.Skip(1)), pair => Assert.Equal((pair.First + 1) % 3, pair.Second));
    }

    [Fact]
    public void Weights_count_turns_and_spread_them()
    {
        ProducerOptions options = new()
        {
            Strategy = PartitionStrategy.Weighted, Weights = new Dictionary<PartitionNumber, int> { [new(0)] = 6, [new(1)] = 2, [new(2)] = 0 },
        };

        int[] turns = Turns(options, 3, 400);

        Assert.Equal((300, 100, 0), (turns.Count(turn => turn == 0), turns.Count(turn => turn == 1), turns.Count(turn => turn == 2)));
        Assert.DoesNotContain("0000", string.Concat(turns), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1_001)]
    public void Weight_that_cannot_be_is_refused(int weight) => Assert.Throws<ArgumentOutOfRangeException>(() => Turns(
        new ProducerOptions { Strategy = PartitionStrategy.Weighted, Weights = new Dictionary<PartitionNumber, int> { [new(0)] = weight } }, 2, 1));

    [Fact]
    public void Weights_that_are_all_zero_are_turns_for_all()
    {
        ProducerOptions options = new() { Strategy = PartitionStrategy.Weighted, Weights = new Dictionary<PartitionNumber, int> { [new(0)] = 0, [new(1)] = 0 } };

        Assert.Equal([0, 1], Turns(options, 2, 10).Distinct().Order());
    }

    [Fact]
    public void Hash_of_the_client_or_queue_keeps_to_one_partition()
    {
        Assert.Single(Turns(new ProducerOptions { Strategy = PartitionStrategy.ClientHash }, 7, 50).Distinct());
        PartitionChoice choice = new(new ProducerOptions { Strategy = PartitionStrategy.QueueHash }, new ClientName("c"), Partitions(7));

        int[] places = [.. Enumerable.Range(0, 200).Select(one => choice.Next(new QueueName($"q{one}")))];

        Assert.Equal(places, Enumerable.Range(0, 200).Select(one => choice.Next(new QueueName($"q{one}"))));
        Assert.Equal(Enumerable.Range(0, 7), places.Distinct().Order());
    }

    [Fact]
    public void Fastest_gets_what_is_not_for_trying_the_others()
    {
        PartitionChoice choice = new(new ProducerOptions { Strategy = PartitionStrategy.LeastResponseTime }, new ClientName("c"), Partitions(3));

        int[] turns = [.. Enumerable.Range(0, 64 * 30).Select(_ => choice.Next(Queue, [300, 100, 200]))];

        Assert.InRange(turns.Count(turn => turn == 1), 63 * 30, 64 * 30);
        Assert.Equal([0, 1, 2], turns.Distinct().Order());
    }

    private static PartitionNumber[] Partitions(int count) => [.. Enumerable.Range(0, count).Select(one => new PartitionNumber((ushort)one))];

    private static int[] Turns(ProducerOptions options, int partitions, int count)
    {
        PartitionChoice choice = new(options, new ClientName("client"), Partitions(partitions));
        return [.. Enumerable.Range(0, count).Select(_ => choice.Next(Queue))];
    }
}
