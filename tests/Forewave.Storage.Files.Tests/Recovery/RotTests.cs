using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Disk.Simulation;
using Forewave.Storage.Files.Segments;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.Recovery;

public sealed class RotTests
{
    private const int Messages = 50;

    [Fact]
    public void Store_opens_and_reports_what_is_lost_when_a_sector_of_the_tail_cannot_be_read()
    {
        UnreadableDisk disk = new(new MemoryDisk());
        DiskPath segment = Publish(disk);
        disk.MakeUnreadable(segment, new ByteRange { Offset = 8_192, LengthBytes = 512 });

        using OpenStore again = OpenStore.Open(disk);

        Assert.NotEmpty(again.Fold.Lost);
        Assert.InRange(again.Report.DamagedPositions.Value, 1ul, 40ul);
        Assert.InRange(again.Fold.Applied.Count(applied => applied.Record.Header.Type == RecordType.Published), Messages - 40, Messages - 1);
    }

    // Offsets are ranks: a publish that is passed over would give every later message of the queue another offset.
    [Fact]
    public void Later_offsets_stay_when_the_payload_of_a_publish_rotted()
    {
        PowerLossDisk disk = new(seed: 1);
        DiskPath segment = Publish(disk);
        disk.FlipBit(segment, FindByte(disk, segment, Body(10)), 3);

        using OpenStore again = OpenStore.Open(disk);

        Assert.Single(again.Fold.Lost);
        Assert.Equal(new Offset(Messages + 1), again.Store.Extent(1).End);
        using StoredRuns runs = again.Wait(() => again.Store.ReadAsync(1, new Offset(10), 10_000, CancellationToken.None));
        Assert.True(runs[0].Damaged);
        Assert.Equal(again.Fold.Lost[0].Item1, runs[0].Header.Position);
        Assert.Equal(Drafts.Run(Body(11)), runs[1].Messages.ToArray());
    }

    // Generations and positions can be guessed: what a client publishes must not pass for a record of the log's own.
    [Fact]
    public void Record_inside_of_a_body_is_never_taken_for_one_of_the_log_when_what_is_around_it_is_torn()
    {
        PowerLossDisk disk = new(seed: 1);
        byte[] forged = new byte[RecordCodec.HeaderBytes];
        RecordHeader header = new() { Type = RecordType.Purged, Position = new LogPosition(new Epoch(1), 100), Count = 1, Time = default, Queue = 1, Sequence = 2 };
        RecordCodec.WriteFields(forged, header, new PayloadSeal(0, Checksum.Of([])), RecordFlags.None);
        RecordCodec.Seal(forged, new Generation(1, default), startsGroup: true);
        OpenStore open = OpenStore.Open(disk);
        open.Commit(Drafts.Published(1, "whole"));
        byte[] payload = [.. Enumerable.Range(0, 8).SelectMany(_ => forged)];
        open.Commit(new RecordDraft { Type = RecordType.Published, Count = 1, Queue = 1, Payload = payload, PayloadCrc = Checksum.Of(payload) });
        disk = disk.PowerLoss();
        DiskPath segment = disk.List(SegmentFileId.Folder)[0];
        int at = FindByte(disk, segment, forged);
        disk.FlipBit(segment, at - RecordCodec.HeaderBytes, 0);

        using OpenStore again = OpenStore.Open(disk);

        Assert.DoesNotContain(again.Fold.Applied, applied => applied.Record.Header.Type == RecordType.Purged);
        Assert.Empty(again.Fold.Lost);
    }

    [Fact]
    public void Unit_that_was_cut_off_leaves_nothing_behind_when_the_barrier_after_it_rots()
    {
        PowerLossDisk disk = new(seed: 1);
        OpenStore open = OpenStore.Open(disk);
        open.Commit(Drafts.Published(1, "whole"));
        open.Commit(Drafts.Other(RecordType.Leased, 400, joinsNext: true), Drafts.Other(RecordType.Settled, 400, joinsNext: true), Drafts.Other(RecordType.Extended, 400));
        disk = disk.PowerLoss();
        DiskPath first = disk.List(SegmentFileId.Folder)[0];
        disk.FlipBit(first, FindByte(disk, first, [.. Enumerable.Repeat((byte)RecordType.Extended, 400)]), 1);
        using (OpenStore cut = OpenStore.Open(disk))
        {
            cut.Commit(Drafts.Published(1, "after"));
        }

        DiskPath second = disk.List(SegmentFileId.Folder).Single(file => TryFind(disk, file, "after"u8.ToArray()) > 0);
        disk.FlipBit(second, SegmentLayout.HeaderBytes + 16, 0);

        using OpenStore again = OpenStore.Open(disk);

        Assert.NotEmpty(again.Fold.Lost);
        Assert.DoesNotContain(again.Fold.Applied, applied => applied.Record.Header.Type is RecordType.Leased or RecordType.Settled);
        Assert.Equal(2, again.Fold.Applied.Count(applied => applied.Record.Header.Type == RecordType.Published));
    }

    private static DiskPath Publish(IDisk disk)
    {
        using OpenStore open = OpenStore.Open(disk);
        for (int i = 1; i <= Messages; i++)
        {
            open.Commit(Drafts.Published(1, Body(i)));
        }

        return disk.List(SegmentFileId.Folder)[0];
    }

    private static string Body(int number) => $"message {number} " + new string('b', 200);

    private static int FindByte(IDisk disk, DiskPath segment, string text) => FindByte(disk, segment, System.Text.Encoding.UTF8.GetBytes(text));

    private static int FindByte(IDisk disk, DiskPath segment, byte[] bytes)
    {
        int at = TryFind(disk, segment, bytes);
        Assert.True(at > 0);
        return at;
    }

    private static int TryFind(IDisk disk, DiskPath segment, byte[] bytes)
    {
        using IDiskFile file = disk.Open(segment, DiskOpen.ReadOnly);
        byte[] all = new byte[file.Length];
        file.Read(0, all);
        return all.AsSpan().IndexOf(bytes);
    }
}
