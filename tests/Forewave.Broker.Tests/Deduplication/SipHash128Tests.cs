using System.Buffers.Binary;
using Forewave.Broker.Deduplication;

namespace Forewave.Broker.Tests.Deduplication;

public sealed class SipHash128Tests
{
    // vectors_sip128 of the reference implementation: key 00 to 0f, input 00, 01, 02 … of the given length.
    [Theory]
    [InlineData(0, "a3817f04ba25a8e66df67214c7550293")]
    [InlineData(1, "da87c1d86b99af44347659119b22fc45")]
    [InlineData(2, "8177228da4a45dc7fca38bdef60affe4")]
    [InlineData(8, "3b62a9ba6258f5610f83e264f31497b4")]
    public void Hash_is_that_of_the_reference(int length, string expected)
    {
        byte[] input = [.. Enumerable.Range(0, length).Select(value => (byte)value)];
        var hashing = new SipHash128([.. Enumerable.Range(0, 16).Select(value => (byte)value)]);

        var hash = hashing.Of(input);

        byte[] bytes = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, hash.High);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), hash.Low);
        Assert.Equal(expected, Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void Hash_of_a_queue_is_that_of_its_number_before_the_id()
    {
        var hashing = new SipHash128(new byte[16]);
        byte[] id = [1, 2, 3, 4, 5, 6, 7, 8, 9];

        Assert.Equal(hashing.Of([7, 0, 0, 0, 0, 0, 0, 0, .. id]), hashing.Of(7, id));
        Assert.NotEqual(hashing.Of(8, id), hashing.Of(7, id));
    }
}
