using System.Text;
using Forewave.Protocol.Frames;

namespace Forewave.Broker.Tests;

/// <summary>The hash stands in records: it must stay what it is.</summary>
public sealed class OrderingKeyHashTests
{
    [Theory]
    [InlineData("", 0ul)]
    [InlineData("a", 13364400381077861939ul)]
    [InlineData("order-4711", 14539011482029348270ul)]
    [InlineData("12345678", 25667967553877148ul)]
    [InlineData("客户", 8182418321784593844ul)]
    public void Hash_of_a_key_never_changes(string key, ulong expected) =>
        Assert.Equal(expected, OrderingKeyHash.Of(Encoding.UTF8.GetBytes(key)).Value);

    [Fact]
    public void Keys_have_hashes_of_their_own()
    {
        var hashes = Enumerable.Range(0, 200_000).Select(number => OrderingKeyHash.Of(Encoding.UTF8.GetBytes($"k{number}"))).ToHashSet();

        Assert.Equal(200_000, hashes.Count);
    }

    [Fact]
    public void Key_of_a_message_is_found_behind_its_other_fields()
    {
        var fields = new MessageFields { Body = new byte[300], Keys = new[] { "look", "up" }, Tag = "t", OrderingKey = "k", Priority = 9 };
        Assert.True(MessageWriter.TryMeasure(fields, out int encoded, out _));
        byte[] run = new byte[MessageWriter.SizeInRun(encoded)];
        MessageWriter.Write(run, fields, encoded);
        var walk = new MessageRun(run);
        Assert.True(walk.MoveNext());

        Assert.Equal(OrderingKeyHash.Of("k"u8), OrderingKeyHash.OfMessage(walk.Current));
        Assert.False(OrderingKeyHash.OfMessage(walk.Current).IsNone);
    }
}
