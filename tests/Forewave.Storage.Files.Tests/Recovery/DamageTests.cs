using Forewave.Protocol;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Disk.Simulation;
using Forewave.Storage.Files.Segments;
using Forewave.Storage.Files.Tests.Engine;

namespace Forewave.Storage.Files.Tests.Recovery;

/// <summary>What a store makes of a folder that is not as it left it.</summary>
public sealed class DamageTests
{
    private static readonly DiskPath FirstSegment = new SegmentFileId(1).Path;
    private static readonly DiskPath ManifestFile = new("MANIFEST");

    [Fact]
    public void Tail_is_cut_when_the_last_group_is_torn()
    {
        PowerLossDisk disk = new(seed: 1);
        List<CommittedRecord> records = PublishThree(OpenStore.Open(disk));
        disk = disk.PowerLoss();
        disk.FlipBit(PathOf(disk, records[2]), new LogPlace(records[2].Location).Byte + RecordCodec.HeaderBytes, 3);

        using OpenStore again = OpenStore.Open(disk);

        Assert.Equal([records[0].Header.Position, records[1].Header.Position], PublishedOf(again));
        Assert.Empty(again.Fold.Lost);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(RecordCodec.HeaderBytes + 2)]
    public void Rot_is_reported_and_skipped_when_later_groups_are_whole(int damagedByte)
    {
        PowerLossDisk disk = new(seed: 1);
        List<CommittedRecord> records = FillThree(disk);
        LogPosition lost = records[1].Header.Position;
        disk.FlipBit(PathOf(disk, records[1]), new LogPlace(records[1].Location).Byte + damagedByte, 3);

        using OpenStore again = OpenStore.Open(disk);

        Assert.Equal([(lost, lost)], again.Fold.Lost);
        Assert.Equal([records[0].Header.Position, records[2].Header.Position], PublishedOf(again));
        Assert.Equal(1ul, again.Report.DamagedPositions.Value);
    }

    [Fact]
    public void Rot_is_reported_by_reads_when_it_happened_after_recovery()
    {
        PowerLossDisk disk = new(seed: 1);
        FillThree(disk);
        using OpenStore again = OpenStore.Open(disk);
        CommittedRecord second = again.Fold.Applied.Where(applied => applied.Record.Header.Type == RecordType.Published).ElementAt(1).Record;
        disk.FlipBit(PathOf(disk, second), new LogPlace(second.Location).Byte + RecordCodec.HeaderBytes, 0);

        using StoredRuns runs = again.Wait(() => again.Store.ReadAsync(1, Offset.First, 100_000, CancellationToken.None));

        Assert.Equal([false, true, false], Enumerable.Range(0, runs.Count).Select(i => runs[i].Damaged));
    }

    [Fact]
    public void Log_ends_where_a_segment_was_truncated_when_nothing_follows()
    {
        PowerLossDisk disk = new(seed: 1);
        List<CommittedRecord> records = FillThree(disk);
        using (IDiskFile file = disk.Open(PathOf(disk, records[2]), DiskOpen.OpenExisting))
        {
            file.Truncate(new LogPlace(records[2].Location).Byte + 10);
        }

        using OpenStore again = OpenStore.Open(disk);

        Assert.Equal([records[0].Header.Position, records[1].Header.Position], PublishedOf(again));
    }

    [Fact]
    public void Unit_is_dropped_when_its_end_is_torn()
    {
        PowerLossDisk disk = new(seed: 1);
        OpenStore open = OpenStore.Open(disk);
        LogPosition kept = open.Commit(Drafts.Other(RecordType.Settled, 10));
        open.Commit(Drafts.Other(RecordType.Settled, 10, joinsNext: true), Drafts.Published(1, "end"));
        CommittedRecord published = open.Observer.Records[^1];

        disk = disk.PowerLoss();
        disk.FlipBit(PathOf(disk, published), new LogPlace(published.Location).Byte + RecordCodec.HeaderBytes, 0);
        using OpenStore again = OpenStore.Open(disk);

        Assert.Equal(kept, again.Fold.Applied[^1].Record.Header.Position);
    }

    [Fact]
    public void Opening_says_what_to_do_when_a_segment_is_missing()
    {
        PowerLossDisk disk = new(seed: 1);
        FillThree(disk);

        disk.Delete(FirstSegment);
        StoreException error = Assert.Throws<StoreException>(() => OpenStore.Open(disk));

        Assert.Equal(ErrorCode.LogDamaged, error.Error);
        Assert.Contains(FirstSegment.Value, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Opening_is_refused_when_manifest_is_missing_but_segments_are_there()
    {
        PowerLossDisk disk = new(seed: 1);
        FillThree(disk);

        disk.Delete(ManifestFile);

        Assert.Equal(ErrorCode.LogDamaged, Assert.Throws<StoreException>(() => OpenStore.Open(disk)).Error);
    }

    [Fact]
    public void Opening_is_refused_when_manifest_is_of_a_newer_format()
    {
        PowerLossDisk disk = new(seed: 1);
        FillThree(disk);
        using (IDiskFile file = disk.Open(ManifestFile, DiskOpen.OpenExisting))
        {
            byte[] bytes = new byte[file.Length];
            file.Read(0, bytes);
            bytes[12] = 2;
            BitConverter.TryWriteBytes(bytes.AsSpan(8), Checksum.Of(bytes.AsSpan(12)));
            file.Write(0, bytes);
        }

        Assert.Equal(ErrorCode.FormatTooNew, Assert.Throws<StoreException>(() => OpenStore.Open(disk)).Error);
    }

    [Fact]
    public void Opening_is_refused_when_another_store_has_the_folder()
    {
        MemoryDisk disk = new();
        using OpenStore open = OpenStore.Open(disk);

        Assert.Equal(ErrorCode.FolderInUse, Assert.Throws<StoreException>(() => OpenStore.Open(disk)).Error);
    }

    [Fact]
    public void Opening_is_refused_when_the_folder_is_read_only()
    {
        PowerLossDisk disk = new(seed: 1);
        FillThree(disk);

        disk.Faults.IsReadOnly = true;

        Assert.Equal(ErrorCode.FolderUnusable, Assert.Throws<StoreException>(() => OpenStore.Open(disk)).Error);
    }

    [Fact]
    public void Leftovers_are_cleared_when_the_store_is_opened()
    {
        PowerLossDisk disk = new(seed: 1);
        List<CommittedRecord> records = FillThree(disk);
        DiskPath checkpoint = new("checkpoints/00000000000000ff.checkpoint");
        DiskPath half = new SegmentFileId(0xAA).Path;
        foreach (DiskPath path in new[] { new DiskPath("MANIFEST.new"), checkpoint, half })
        {
            using IDiskFile file = disk.Open(path, DiskOpen.CreateNew);
            file.Write(0, [1, 2, 3]);
        }

        using OpenStore again = OpenStore.Open(disk);

        Assert.Equal(records.Count, PublishedOf(again).Count);
        Assert.False(disk.Exists(checkpoint));
        Assert.False(disk.Exists(half));
    }

    private static List<CommittedRecord> FillThree(IDisk disk)
    {
        using OpenStore open = OpenStore.Open(disk);
        return PublishThree(open);
    }

    private static List<CommittedRecord> PublishThree(OpenStore open)
    {
        for (int i = 0; i < 3; i++)
        {
            open.Commit(Drafts.Published(1, $"message {i}"));
        }

        return open.Observer.Records;
    }

    private static List<LogPosition> PublishedOf(OpenStore store) => store.Fold.Applied
        .Where(applied => applied.Record.Header.Type == RecordType.Published && applied.Payload.Length > 0)
        .Select(applied => applied.Record.Header.Position)
        .ToList();

    // The file whose header block names the record's segment, in its latest use.
    private static DiskPath PathOf(IDisk disk, CommittedRecord record)
    {
        SegmentNumber number = new LogPlace(record.Location).Segment;
        return disk.List(SegmentFileId.Folder)
            .Select(path => (Path: path, Header: HeaderOf(disk, path)))
            .Where(file => file.Header?.Number == number)
            .OrderBy(file => file.Header?.Generation.Value)
            .Last()
            .Path;
    }

    private static SegmentHeader? HeaderOf(IDisk disk, DiskPath path)
    {
        using IDiskFile file = disk.Open(path, DiskOpen.ReadOnly);
        byte[] block = new byte[SegmentLayout.HeaderBytes];
        file.Read(0, block);
        return SegmentHeader.Decode(block);
    }
}
