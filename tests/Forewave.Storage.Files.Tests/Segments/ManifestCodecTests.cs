using Forewave.Protocol;
using Forewave.Storage.Files.Manifests;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Tests.Segments;

public sealed class ManifestCodecTests
{
    [Fact]
    public void Manifest_comes_back_when_it_is_decoded()
    {
        Manifest manifest = Sample();

        Manifest decoded = ManifestCodec.Decode(ManifestCodec.Encode(manifest));

        Assert.Equal(manifest.Segments.ToArray(), decoded.Segments.ToArray());
        Assert.Equal(manifest with { Segments = [] }, decoded with { Segments = [] });
    }

    [Fact]
    public void Manifest_is_refused_when_it_is_cut_at_any_byte()
    {
        byte[] bytes = ManifestCodec.Encode(Sample());

        for (int length = 0; length < bytes.Length; length++)
        {
            StoreException error = Assert.Throws<StoreException>(() => ManifestCodec.Decode(bytes.AsSpan(0, length)));
            Assert.Equal(ErrorCode.LogDamaged, error.Error);
        }
    }

    [Fact]
    public void Bytes_are_those_of_the_golden_file()
    {
        byte[] bytes = ManifestCodec.Encode(Sample());

        Assert.Equal(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Segments", "manifest.golden")).Trim(), Convert.ToHexStringLower(bytes));
    }

    private static Manifest Sample() => new()
    {
        Partition = new PartitionNumber(7),
        SegmentBytes = 64 * 1024 * 1024,
        Epoch = new Epoch(5),
        NextGeneration = new Generation(11, new FolderSalt(0x5A17)),
        NextSegment = new SegmentNumber(9),
        Checkpoint = 3,
        ReplayFrom = new LogPlace(new SegmentNumber(4), 8192),
        ReplayPosition = new LogPosition(new Epoch(2), 100),
        Segments =
        [
            new SegmentEntry(new SegmentNumber(4), new SegmentFileId(2), new Generation(6, new FolderSalt(0x5A17)), 4096, new LogPosition(new Epoch(2), 40)),
            new SegmentEntry(new SegmentNumber(8), new SegmentFileId(1), new Generation(10, new FolderSalt(0x5A17)), 4096, LogPosition.None),
        ],
    };
}
