using Forewave.Cli.Bench;

namespace Forewave.Integration.Tests.Units;

public sealed class BenchMessageTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(24)]
    [InlineData(1_000)]
    public void Message_reads_back_as_far_as_its_size_has_room(int sizeBytes)
    {
        BenchMessage message = new(new BenchProducerId(sizeBytes < 16 ? 7UL : 0x123456789A0007), 123_456, new BenchInstant(987_654_321));
        byte[] body = new byte[sizeBytes];

        message.WriteTo(body);

        Assert.True(BenchMessage.TryRead(body, out var read));
        Assert.Equal(message with { IntendedTime = sizeBytes < 24 ? default : message.IntendedTime }, read);
    }

    [Fact]
    public void Body_that_is_too_small_is_no_message_of_a_benchmark() => Assert.False(BenchMessage.TryRead(new byte[7], out _));
}
