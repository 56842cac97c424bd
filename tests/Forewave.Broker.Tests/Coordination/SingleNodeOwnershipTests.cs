using Forewave.Coordination;
using Forewave.Protocol;

namespace Forewave.Broker.Tests.Coordination;

public sealed class SingleNodeOwnershipTests
{
    private static readonly PartitionNumber Partition = new(3);

    [Fact]
    public async Task Partition_is_owned_once_it_was_taken()
    {
        await using var ownership = new SingleNodeOwnership("localhost:7600");

        var before = await ownership.FindAsync(Partition, CancellationToken.None);
        var taken = await ownership.TakeAsync(Partition, CancellationToken.None);

        Assert.Null(before);
        Assert.Equal("localhost:7600", taken.Address);
        Assert.Same(taken, await ownership.FindAsync(Partition, CancellationToken.None));
        Assert.False(taken.Lost.CanBeCanceled);
    }

    [Fact]
    public async Task Partition_is_refused_when_it_is_taken_already()
    {
        await using var ownership = new SingleNodeOwnership("");
        await ownership.TakeAsync(Partition, CancellationToken.None);

        var refused = await Assert.ThrowsAsync<ForewaveException>(async () => await ownership.TakeAsync(Partition, CancellationToken.None));

        Assert.Equal(ErrorCode.NotOwner, refused.Code);
        await ownership.TakeAsync(new PartitionNumber(4), CancellationToken.None);
    }
}
