namespace Forewave.Storage.Files.Tests.Segments;

public sealed class ChecksumTests
{
    [Fact]
    public void Checksum_is_that_of_the_standard()
    {
        Assert.Equal(0xE306_9283u, Checksum.Of("123456789"u8));
        Assert.Equal(0x8A91_36AAu, Checksum.Of(new byte[32]));
    }

    [Fact]
    public void Checksum_of_any_length_is_that_of_its_definition()
    {
        byte[] bytes = new byte[20_000];
        new Random(1).NextBytes(bytes);
        int[] lengths = [.. Enumerable.Range(0, 40), 255, 767, 768, 769, 1_535, 1_536, 6_143, 6_144, 6_145, 6_912, 12_288, 19_999, 20_000];

        Assert.All(lengths, length => Assert.Equal(BitByBit(bytes.AsSpan(0, length)), Checksum.Of(bytes.AsSpan(0, length))));
        Assert.All(lengths, length => Assert.Equal(BitByBit(bytes.AsSpan(20_000 - length)), Checksum.Of(bytes.AsSpan(20_000 - length))));
    }

    private static uint BitByBit(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte one in bytes)
        {
            crc ^= one;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) == 0 ? 0 : 0x82F6_3B78u);
            }
        }

        return ~crc;
    }
}
