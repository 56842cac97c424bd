using Forewave.Protocol.Frames;
using Google.Protobuf;
using Xunit.Abstractions;

namespace Forewave.Protocol.Tests.Frames;

public sealed class ProtoReaderTests(ITestOutputHelper output)
{
    [Fact]
    public void Varint_is_read_as_generated_code_writes_it()
    {
        var random = new SeededRandom(output);
        for (int i = 0; i < 2_000; i++)
        {
            ulong value = i == 0 ? ulong.MaxValue : random.Number(63);
            var stream = new MemoryStream();
            using var writer = new CodedOutputStream(stream, leaveOpen: true);
            writer.WriteUInt64(value);
            writer.Flush();
            byte[] encoded = stream.ToArray();

            var reader = new ProtoReader(encoded);

            Assert.True(reader.TryReadVarint(out ulong read));
            Assert.Equal(value, read);
            Assert.True(reader.IsAtEnd);
            Assert.False(new ProtoReader(encoded.AsSpan(0, encoded.Length - 1)).TryReadVarint(out _));
        }
    }

    [Theory]
    [InlineData("FFFFFFFFFFFFFFFFFF01", true)]
    [InlineData("FFFFFFFFFFFFFFFFFF02", false)]
    [InlineData("FFFFFFFFFFFFFFFFFF7F", false)]
    [InlineData("80808080808080808000", true)]
    [InlineData("8080808080808080808000", false)]
    [InlineData("FFFFFFFFFFFFFFFFFFFFFF01", false)]
    public void Varint_is_refused_when_it_has_more_than_64_bits_or_10_bytes(string hex, bool expected)
    {
        Assert.Equal(expected, new ProtoReader(Convert.FromHexString(hex)).TryReadVarint(out _));
    }

    [Theory]
    [InlineData("FFFFFFFF0F", true)]
    [InlineData("8080808010", false)]
    public void Uint32_is_refused_when_it_has_more_than_32_bits(string hex, bool expected)
    {
        Assert.Equal(expected, new ProtoReader(Convert.FromHexString(hex)).TryReadUInt32(out _));
    }

    [Theory]
    [InlineData("08", true)]
    [InlineData("09", true)]
    [InlineData("0A", true)]
    [InlineData("0B", false)]
    [InlineData("0C", false)]
    [InlineData("0D", true)]
    [InlineData("0E", false)]
    [InlineData("0F", false)]
    [InlineData("02", false)]
    [InlineData("FAFFFFFF0F", true)]
    [InlineData("8A8080808000", false)]
    public void Tag_is_refused_when_it_is_a_group_or_no_field(string hex, bool expected)
    {
        Assert.Equal(expected, new ProtoReader(Convert.FromHexString(hex)).TryReadTag(out _));
    }

    [Theory]
    [InlineData("00", true)]
    [InlineData("01AA", true)]
    [InlineData("01", false)]
    [InlineData("FFFFFFFF0FAA", false)]
    [InlineData("FFFFFFFFFFFFFFFFFF01AA", false)]
    public void Bytes_are_refused_when_their_length_goes_past_the_end(string hex, bool expected)
    {
        Assert.Equal(expected, new ProtoReader(Convert.FromHexString(hex)).TryReadBytes(out _));
    }

    [Theory]
    [InlineData(8, 1)]
    [InlineData(9, 8)]
    [InlineData(13, 4)]
    public void Value_is_passed_over_only_when_it_is_whole(uint tag, int byteCount)
    {
        Assert.True(new ProtoReader(new byte[byteCount]).TrySkip(tag));
        Assert.False(new ProtoReader(new byte[byteCount - 1]).TrySkip(tag));
    }
}
