using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Disk.Simulation;
using Forewave.Storage.Files.Slices;

namespace Forewave.Storage.Files.Tests.Slices;

public sealed class SliceFolderTests
{
    private static readonly SliceNumber One = new(1);
    private static readonly SliceNumber Two = new(2);

    [Fact]
    public void Slice_is_read_as_it_was_written_when_it_was_named_after_a_restart()
    {
        MemoryDisk disk = new();
        using (SliceFolder before = new(disk))
        {
            before.Append(One, Page(1));
            before.Append(One, [.. Page(2), .. Page(3)]);
            before.Append(Two, Page(9));
            before.Sync([One]);
        }

        using SliceFolder after = new(disk);
        SliceNumber highest = after.KeepOnly(SliceOwner.Deduplication, new HashSet<SliceNumber> { One });

        Assert.Equal(Two, highest);
        byte[] read = new byte[2 * SlicePage.Bytes];
        Assert.True(after.Read(One, new SlicePage(1), read));
        Assert.Equal([.. Page(2), .. Page(3)], read);
        Assert.False(after.Read(Two, new SlicePage(0), read.AsSpan(0, SlicePage.Bytes)));
        Assert.Equal(3 * SlicePage.Bytes, after.DiskBytes);
    }

    [Fact]
    public void Slice_that_is_missing_is_not_read()
    {
        using SliceFolder slices = new(new MemoryDisk());

        slices.KeepOnly(SliceOwner.Deduplication, new HashSet<SliceNumber> { One });

        Assert.False(slices.Read(One, new SlicePage(0), new byte[SlicePage.Bytes]));
    }

    [Fact]
    public void Reading_fails_when_the_slice_was_cut_short()
    {
        using SliceFolder slices = new(new MemoryDisk());
        slices.Append(One, Page(1));

        Assert.Throws<StoreException>(() => slices.Read(One, new SlicePage(1), new byte[SlicePage.Bytes]));
    }

    [Fact]
    public void Deleted_slice_takes_no_room_and_is_not_read()
    {
        MemoryDisk disk = new();
        using SliceFolder slices = new(disk);
        slices.Append(One, Page(1));

        slices.Delete(One);
        slices.Delete(One);

        Assert.False(slices.Read(One, new SlicePage(0), new byte[SlicePage.Bytes]));
        Assert.Equal(0, slices.DiskBytes);
        Assert.Empty(disk.List(new DiskPath("slices")));
    }

    [Fact]
    public void Slice_is_synced_while_it_is_written_so_that_no_checkpoint_writes_all_of_it_at_once()
    {
        PowerLossDisk disk = new(1);
        using SliceFolder slices = new(disk);
        byte[] pages = new byte[8 * SlicePage.Bytes];

        List<long> unsynced = [];
        long syncs = disk.Counts.Syncs;
        long sinceSync = 0;
        for (int written = 0; written < 4 * SliceFile.MostUnsyncedBytes; written += pages.Length)
        {
            slices.Append(One, pages);
            sinceSync = disk.Counts.Syncs == syncs ? sinceSync + pages.Length : 0;
            syncs = disk.Counts.Syncs;
            unsynced.Add(sinceSync);
        }

        Assert.True(unsynced.Max() < SliceFile.MostUnsyncedBytes, $"{unsynced.Max()} bytes were left to the checkpoint");
        Assert.Contains(unsynced, bytes => bytes > 0);
    }

    private static byte[] Page(byte value)
    {
        byte[] page = new byte[SlicePage.Bytes];
        page.AsSpan().Fill(value);
        return page;
    }
}
