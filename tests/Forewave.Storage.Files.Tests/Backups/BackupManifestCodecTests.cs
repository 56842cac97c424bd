using System.Text;
using Forewave.Protocol;
using Forewave.Storage.Files.Backups;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Tests.Backups;

public sealed class BackupManifestCodecTests
{
    private static readonly DiskPath Path = new("backups/00000003.backup");

    [Fact]
    public void Manifest_is_what_the_golden_file_holds()
    {
        byte[] golden = File.ReadAllBytes(System.IO.Path.Combine(AppContext.BaseDirectory, "Backups", "backup.golden"));

        Assert.Equal(Encoding.UTF8.GetString(golden), Encoding.UTF8.GetString(BackupManifestCodec.Encode(Example())));
        Assert.Equal(Encoding.UTF8.GetString(golden), Encoding.UTF8.GetString(BackupManifestCodec.Encode(BackupManifestCodec.Decode(golden, Path))));
    }

    [Fact]
    public void Manifest_is_refused_when_it_is_cut_at_any_byte_or_changed_at_any()
    {
        byte[] bytes = BackupManifestCodec.Encode(Example());
        for (int i = 0; i < bytes.Length; i++)
        {
            byte[] changed = [.. bytes];
            changed[i] ^= 0x20;
            int cut = i;

            Assert.Equal(ErrorCode.BackupDamaged, Assert.Throws<StoreException>(() => BackupManifestCodec.Decode(bytes.AsMemory(0, cut), Path)).Error);
            Assert.Equal(ErrorCode.BackupDamaged, Assert.Throws<StoreException>(() => BackupManifestCodec.Decode(changed, Path)).Error);
        }
    }

    [Fact]
    public void Manifest_of_a_newer_format_says_so()
    {
        string line = Encoding.UTF8.GetString(BackupManifestCodec.Encode(Example())).Split('\n')[0].Replace("\"version\":1,", "\"version\":2,", StringComparison.Ordinal);
        byte[] newer = Encoding.UTF8.GetBytes($"{line}\ncrc32c {Checksum.Of(Encoding.UTF8.GetBytes(line)):x8}\n");

        Assert.Equal(ErrorCode.FormatTooNew, Assert.Throws<StoreException>(() => BackupManifestCodec.Decode(newer, Path)).Error);
    }

    private static BackupManifest Example() => new()
    {
        Number = 3,
        Origin = new BackupOrigin(0xCAFE, new PartitionNumber(2), 65_536, new Epoch(1_030)),
        Epoch = new Epoch(1_031),
        NextGeneration = 17,
        NextSegment = new SegmentNumber(9),
        Checkpoint = 5,
        ReplayFrom = new LogPlace(new SegmentNumber(6), 4_096),
        ReplayPosition = LogPosition.FromBits(0x0040_7000_0000_1234),
        Begun = new Timestamp(1_767_225_600_000),
        Ended = new Timestamp(1_767_225_601_000),
        End = LogPosition.FromBits(0x0040_7000_0000_2345),
        EndTime = new Timestamp(1_767_225_600_500),
        DamagedPositions = 1,
        CheckpointFile = new BackupFile(new DiskPath("checkpoints/00000003.checkpoint"), 100, 1),
        Slices = [new BackupFile(new DiskPath("slices/0000000000000001-00000002.slice"), 4_096, 2)],
        Segments =
        [
            new BackupSegment
            {
                Number = new SegmentNumber(6), Generation = 11, From = 4_096, First = LogPosition.FromBits(0x0040_7000_0000_1200),
                Last = LogPosition.FromBits(0x0040_7000_0000_2345), LastTime = new Timestamp(1_767_225_600_500),
                File = new BackupFile(new DiskPath("segments/00000006-0000000b-00001000-00000003.tail"), 5_000, 3),
            },
        ],
    };
}
