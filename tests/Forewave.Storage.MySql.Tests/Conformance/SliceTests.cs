using Forewave.Protocol;
using Forewave.Storage.Conformance;
using Forewave.Storage.MySql.Tests.Server;

namespace Forewave.Storage.MySql.Tests.Conformance;

[Collection(MariaDbGroup.Name)]
[Trait("Suite", "mysql")]
public sealed class SliceTests(MariaDbServer server) : SliceConformance
{
    protected override IStorePlace NewPlace() => new DatabasePlace(server);

    [Fact]
    public async Task Slice_is_neither_dropped_nor_held_by_a_store_whose_partition_was_taken()
    {
        SliceNumber one = new(1);
        HashSet<SliceNumber> none = [];
        byte[] page = [.. Enumerable.Repeat((byte)7, SlicePage.Bytes)];
        await using var place = new DatabasePlace(server);
        await using OpenedStore first = await OpenedStore.OpenAsync(place);
        first.Store.Slices.KeepOnly(SliceOwner.Deduplication, none);
        first.Store.Slices.Append(one, page);
        await using OpenedStore second = await OpenedStore.OpenAsync(place);
        second.Store.Slices.KeepOnly(SliceOwner.Deduplication, new HashSet<SliceNumber> { one });

        var appending = Assert.Throws<StoreException>(() => first.Store.Slices.Append(one, page));
        var dropping = Assert.Throws<StoreException>(() => first.Store.Slices.KeepOnly(SliceOwner.Deduplication, none));
        first.Store.Slices.Delete(one);

        byte[] read = new byte[SlicePage.Bytes];
        Assert.Equal((ErrorCode.NotOwner, ErrorCode.NotOwner), (appending.Error, dropping.Error));
        Assert.True(second.Store.Slices.Read(one, new SlicePage(0), read));
        Assert.Equal(page, read);
        // Takes the rows of the fence: nothing that failed holds them.
        await using OpenedStore third = await OpenedStore.OpenAsync(place);
        Assert.True(third.Store.Epoch > second.Store.Epoch);
    }
}
