using Forewave.Protocol.Frames;

namespace Forewave.Protocol.Tests.Frames;

public sealed class PublishedRuleTests
{
    private static readonly byte[] Position = [1, 0, 0, 0, 0, 0, 0, 0];

    [Fact]
    public void Answer_is_refused_when_generated_code_would_join_what_the_reader_would_not()
    {
        byte[] unpacked = [0x21, .. Position];
        byte[] packed = [0x22, 8, .. Position];
        byte[] error = [0x2A, 2, 0x08, 1];

        Assert.False(IsRead(unpacked));
        Assert.False(IsRead([.. packed, .. packed]));
        Assert.False(IsRead([.. error, .. error]));
        Assert.True(IsRead([.. packed, .. error]));
    }

    [Fact]
    public void Answer_is_refused_when_its_positions_are_not_whole()
    {
        Assert.False(IsRead([0x22, 7, .. Position[..7]]));
    }

    [Fact]
    public void Position_of_a_message_counts_from_the_first_where_none_are_listed()
    {
        byte[] published = [0x0A, 9, 0x09, .. Position];
        var reader = new PublishedReader(published, ByteRange.All(published));

        Assert.True(reader.MoveNext(out var batch));

        Assert.Equal(LogPosition.FromBits(4), batch.PositionOf(3));
    }

    private static bool IsRead(byte[] batch)
    {
        byte[] published = [0x0A, (byte)batch.Length, .. batch];
        var reader = new PublishedReader(published, ByteRange.All(published));
        return reader.MoveNext(out _) && reader.Problem.IsNone;
    }
}
