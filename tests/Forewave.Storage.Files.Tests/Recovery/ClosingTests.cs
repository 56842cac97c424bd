using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Disk.Simulation;
using Forewave.Storage.Files.Segments;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.Recovery;

/// <summary>A life that ended cleanly leaves no doubt about its last group; one that crashed does.</summary>
public sealed class ClosingTests
{
    private const string Last = "the last message";

    [Fact]
    public void Rot_in_the_last_group_is_reported_when_the_store_was_closed()
    {
        PowerLossDisk disk = new(seed: 1);
        LogPosition last;
        using (OpenStore open = OpenStore.Open(disk))
        {
            last = Publish(open);
        }

        Rot(disk);
        using OpenStore again = OpenStore.Open(disk);

        Assert.Equal([(last, last)], again.Fold.Lost);
        Assert.Equal(1ul, again.Report.DamagedPositions.Value);
    }

    [Fact]
    public void Damage_in_the_last_group_is_taken_for_a_torn_end_when_the_store_crashed()
    {
        PowerLossDisk disk = new(seed: 1);
        Publish(OpenStore.Open(disk));

        PowerLossDisk after = disk.PowerLoss();
        Rot(after);
        using OpenStore again = OpenStore.Open(after);

        Assert.Empty(again.Fold.Lost);
        Assert.Equal(1, again.Fold.Applied.Count(applied => applied.Record.Header.Type == RecordType.Published));
    }

    [Fact]
    public void Nothing_is_reported_when_the_end_that_closing_wrote_rotted()
    {
        PowerLossDisk disk = new(seed: 1);
        using (OpenStore open = OpenStore.Open(disk))
        {
            Publish(open);
        }

        DiskPath segment = Segment(disk);
        int end = Find(disk, segment) + Last.Length;
        disk.FlipBit(segment, (end + 7) / 8 * 8, 0);
        using OpenStore again = OpenStore.Open(disk);

        Assert.Empty(again.Fold.Lost);
        Assert.Equal(2, again.Fold.Applied.Count(applied => applied.Record.Header.Type == RecordType.Published));
    }

    [Fact]
    public void Closing_fails_nobody_when_its_end_cannot_be_written()
    {
        PowerLossDisk disk = new(seed: 1);
        OpenStore open = OpenStore.Open(disk);
        Publish(open);
        disk.Faults.FailWrite(1, DiskErrorKind.Failed);

        open.Dispose();
        using OpenStore again = OpenStore.Open(disk);

        Assert.Empty(again.Fold.Lost);
        Assert.Equal(2, again.Fold.Applied.Count(applied => applied.Record.Header.Type == RecordType.Published));
    }

    private static LogPosition Publish(OpenStore open)
    {
        open.Commit(Drafts.Published(1, "the first message"));
        return open.Commit(Drafts.Published(1, Last));
    }

    private static void Rot(PowerLossDisk disk)
    {
        DiskPath segment = Segment(disk);
        disk.FlipBit(segment, Find(disk, segment), 2);
    }

    private static DiskPath Segment(PowerLossDisk disk) => disk.List(SegmentFileId.Folder).Single(path => Find(disk, path) >= 0);

    private static int Find(PowerLossDisk disk, DiskPath segment)
    {
        using IDiskFile file = disk.Open(segment, DiskOpen.ReadOnly);
        byte[] all = new byte[file.Length];
        file.Read(0, all);
        return all.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(Last));
    }
}
