using System.Buffers;
using Forewave.Protocol;
using Forewave.Storage.Files.Checkpoints;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.QueueIndex;
using Forewave.Storage.Files.Reclaim;
using Forewave.Storage.Files.Recovery;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Tests.Checkpoints;

/// <summary>
/// What the store keeps beside the log, byte by byte; the bytes were made by another program. Whoever changes a layout raises its
/// version, keeps reading the old one, and changes docs/log-format.md.
/// </summary>
public sealed class LayoutTests
{
    private const long Time = 1_700_000_000_000;
    private const ulong Epoch = 0x0000_1000_0000_0000;

    [Fact]
    public void Summary_has_its_layout()
    {
        const string Golden = "02000000010000000200000001000000090000000000000005000000000000001900000000000000d20400000000000007000000001000000010000007010000001000004000010003000000001000000200000000200000";

        SegmentSummary summary = new();
        summary.Add(new QueueShare { Queue = 9, First = 5, End = 23, Bytes = 1_000 });
        IndexEntry run = new(new Offset(23), 2, new LogPlace(new SegmentNumber(4), 8_192).Location, default);
        summary.Add(new CarriedRun(9, run, 234, LogPosition.FromBits(Epoch + 3)));
        SparsePositions positions = new();
        positions.Note(4_096, LogPosition.FromBits(Epoch + 7));
        positions.Note(65_600, LogPosition.FromBits(Epoch + 0x107));
        byte[] bytes = Encode(summary, positions);

        Assert.Equal(Golden, Convert.ToHexStringLower(bytes));
        Assert.Equal(Golden, Convert.ToHexStringLower(Encode(SegmentSummary.Decode(bytes), new SparsePositions())));
    }

    [Fact]
    public void Checkpoint_of_the_first_version_is_said_to_be_old()
    {
        MemoryDisk disk = new();
        DiskPath path = StoreFolder.CheckpointPath(1);
        disk.CreateFolder(path.Folder);
        using (IDiskFile file = disk.Open(path, DiskOpen.CreateNew))
        {
            file.Write(0, Convert.FromHexString("4657434845434b5001000000fea40faf"));
        }

        Assert.Equal(ErrorCode.FormatTooOld, Assert.Throws<StoreException>(() => CheckpointReader.FindDamage(disk, path)).Error);
    }

    [Fact]
    public void Summary_of_the_first_version_is_read()
    {
        SegmentSummary summary = SegmentSummary.Decode(Convert.FromHexString("0100000001000000090000000000000005000000000000001900000000000000d204000000000000"));
        SegmentSummary same = new();
        same.Add(new QueueShare { Queue = 9, First = 5, End = 25, Bytes = 1_234 });

        Assert.Equal(Encode(same, new SparsePositions()), Encode(summary, new SparsePositions()));
        Assert.False(summary.TryFindCopy(LogPosition.FromBits(Epoch), out _));
    }

    [Fact]
    public void Use_of_index_blocks_has_its_layout()
    {
        BlockUse use = new(3);
        use[new BlockNumber(1)] = false;
        use.Doubtful.Add(new BlockNumber(2));
        use.Held.Add(new BlockNumber(1));
        ArrayBufferWriter<byte> writer = new();
        use.WriteTo(writer);

        Assert.Equal("0300000001000000fdffffffffffffff020000000100000001000000", Convert.ToHexStringLower(writer.WrittenSpan));
    }

    [Fact]
    public void Index_of_a_queue_has_its_layout()
    {
        IndexBounds bounds = new() { FirstRetained = 3, End = 140, Bytes = 999, OldestTime = Time };
        IndexBlocks blocks = new([new BlockReference(1, new BlockNumber(8))], [new BlockReference(62, new BlockNumber(9))]);
        IndexEntry[] runs =
        [
            new(new Offset(123), 7, new RecordLocation(0x2_0000_1000), new Timestamp(Time + 1)),
            new(new Offset(130), 10, new RecordLocation(0x2_0000_2000), new Timestamp(Time + 2)),
        ];
        ArrayBufferWriter<byte> writer = new();
        IndexSnapshot.Write(writer, bounds, blocks, runs);

        Assert.Equal("0100000001000000010000000200000003000000000000008c00000000000000e7030000000000000068e5cf8b0100000100000000000000080000003e00000000000000090000007b000000000000000168e5cf8b010000001000000200000082000000000000000268e5cf8b0100000020000002000000", Convert.ToHexStringLower(writer.WrittenSpan));
    }

    [Fact]
    public void Checkpoint_has_its_layout()
    {
        MemoryDisk disk = new();
        DiskPath path = new("one.checkpoint");
        using (CheckpointWriter writer = new(disk, path))
        {
            writer.Write(new StatePart(StateKind.Queue, 6, LogPosition.FromBits(Epoch + 0x10), LogPosition.FromBits(Epoch + 0x12)), "abc"u8);
            new ReplayStart(new LogPlace(new SegmentNumber(4), 69_632), LogPosition.FromBits(Epoch + 0x10)).WriteTo(writer);
            writer.Finish();
        }

        using IDiskFile file = disk.Open(path, DiskOpen.ReadOnly);
        byte[] bytes = new byte[file.Length];
        file.Read(0, bytes);
        Assert.Equal("4657434845434b50020000007c74d629a7daf0c8b73f4b360300000003000000060000000000000010000000001000001200000000100000616263b67ff76b3aae672b0400000066000000040000000000000010000000001000001000000000100000001001003fd5558b000000000000000000000000020000000000000000000000000000000000000000000000", Convert.ToHexStringLower(bytes));
    }

    private static byte[] Encode(SegmentSummary summary, SparsePositions running)
    {
        ArrayBufferWriter<byte> buffer = new();
        summary.Encode(running, buffer);
        return buffer.WrittenSpan.ToArray();
    }
}
