using Xunit;

namespace Forewave.Storage.Conformance;

/// <summary>What slices promise on every store.</summary>
public abstract class SliceConformance
{
    private static readonly SliceNumber One = new(1);
    private static readonly SliceNumber Two = new(2);

    protected abstract IStorePlace NewPlace();

    [Fact]
    public async Task Slice_that_is_named_after_a_restart_is_read_as_it_was_written()
    {
        await using IStorePlace place = NewPlace();
        await using (OpenedStore open = await OpenedStore.OpenAsync(place))
        {
            open.Store.Slices.KeepOnly(SliceOwner.Deduplication, new HashSet<SliceNumber>());
            open.Store.Slices.Append(One, Page(1));
            open.Store.Slices.Append(One, [.. Page(2), .. Page(3)]);
            open.Store.Slices.Append(Two, Page(9));
            open.Store.Slices.Sync([One, Two]);
        }

        await using OpenedStore again = await OpenedStore.OpenAsync(place);
        SliceNumber highest = again.Store.Slices.KeepOnly(SliceOwner.Deduplication, new HashSet<SliceNumber> { One });

        byte[] read = new byte[2 * SlicePage.Bytes];
        Assert.Equal(Two, highest);
        Assert.True(again.Store.Slices.Read(One, new SlicePage(1), read));
        Assert.Equal([.. Page(2), .. Page(3)], read);
        Assert.False(again.Store.Slices.Read(Two, new SlicePage(0), read.AsSpan(0, SlicePage.Bytes)));
    }

    [Fact]
    public async Task Pages_are_read_in_any_order_without_blocking()
    {
        await using IStorePlace place = NewPlace();
        await using OpenedStore open = await OpenedStore.OpenAsync(place);
        open.Store.Slices.KeepOnly(SliceOwner.Deduplication, new HashSet<SliceNumber>());
        open.Store.Slices.Append(One, [.. Page(1), .. Page(2), .. Page(3)]);
        byte[] read = new byte[2 * SlicePage.Bytes];

        bool isThere = await open.Store.Slices.ReadAsync(
            new[]
            {
                new SliceRead { Slice = One, Page = new SlicePage(2), Into = read.AsMemory(0, SlicePage.Bytes) },
                new SliceRead { Slice = One, Page = new SlicePage(0), Into = read.AsMemory(SlicePage.Bytes) },
            },
            CancellationToken.None);

        Assert.True(isThere);
        Assert.Equal([.. Page(3), .. Page(1)], read);
    }

    [Fact]
    public async Task Slice_that_is_missing_or_deleted_is_not_read()
    {
        await using IStorePlace place = NewPlace();
        await using OpenedStore open = await OpenedStore.OpenAsync(place);
        open.Store.Slices.KeepOnly(SliceOwner.Deduplication, new HashSet<SliceNumber> { Two });
        open.Store.Slices.Append(One, Page(1));

        open.Store.Slices.Delete(One);
        open.Store.Slices.Delete(One);

        Assert.False(open.Store.Slices.Read(One, new SlicePage(0), new byte[SlicePage.Bytes]));
        Assert.False(open.Store.Slices.Read(Two, new SlicePage(0), new byte[SlicePage.Bytes]));
        Assert.Equal(0, open.Store.Slices.DiskBytes);
    }

    [Fact]
    public async Task Owner_keeps_its_own_slices_alone()
    {
        await using IStorePlace place = NewPlace();
        SliceNumber other = SliceNumber.Before(SliceOwner.Keys).Next;
        await using (OpenedStore open = await OpenedStore.OpenAsync(place))
        {
            open.Store.Slices.KeepOnly(SliceOwner.Deduplication, new HashSet<SliceNumber>());
            open.Store.Slices.KeepOnly(SliceOwner.Keys, new HashSet<SliceNumber>());
            open.Store.Slices.Append(One, Page(1));
            open.Store.Slices.Append(other, [.. Page(2), .. Page(3)]);
            open.Store.Slices.Sync([One, other]);
        }

        await using OpenedStore again = await OpenedStore.OpenAsync(place);
        SliceNumber highest = again.Store.Slices.KeepOnly(SliceOwner.Deduplication, new HashSet<SliceNumber>());
        again.Store.Slices.KeepOnly(SliceOwner.Keys, new HashSet<SliceNumber> { other });

        Assert.Equal(One, highest);
        Assert.False(again.Store.Slices.Read(One, new SlicePage(0), new byte[SlicePage.Bytes]));
        Assert.True(again.Store.Slices.Read(other, new SlicePage(0), new byte[SlicePage.Bytes]));
        Assert.Equal(2 * SlicePage.Bytes, again.Store.Slices.DiskBytesOf(SliceOwner.Keys));
        Assert.Equal(0, again.Store.Slices.DiskBytesOf(SliceOwner.Deduplication));
    }

    [Fact]
    public async Task Reading_past_the_end_of_a_slice_fails()
    {
        await using IStorePlace place = NewPlace();
        await using OpenedStore open = await OpenedStore.OpenAsync(place);
        open.Store.Slices.KeepOnly(SliceOwner.Deduplication, new HashSet<SliceNumber>());
        open.Store.Slices.Append(One, Page(1));

        Assert.Throws<StoreException>(() => open.Store.Slices.Read(One, new SlicePage(1), new byte[SlicePage.Bytes]));
    }

    private static byte[] Page(byte value)
    {
        byte[] page = new byte[SlicePage.Bytes];
        page.AsSpan().Fill(value);
        return page;
    }
}
