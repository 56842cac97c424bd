using System.Text;

namespace Forewave.Protocol.Tests;

public sealed class IdTests
{
    [Fact]
    public void Log_position_holds_epoch_above_number()
    {
        var position = new LogPosition(new Epoch(3), 5);

        Assert.Equal(3ul << 44 | 5, position.Bits);
        Assert.Equal(new Epoch(3), position.Epoch);
        Assert.Equal(5ul, position.Number);
        Assert.Equal(new LogPosition(new Epoch(3), 12), position.Plus(7));
        Assert.Equal(7ul, position.Plus(7).Since(position));
        Assert.True(new LogPosition(new Epoch(4), 0) > new LogPosition(new Epoch(3), LogPosition.MaxNumber));
    }

    [Fact]
    public void Log_position_throws_when_its_number_has_more_than_44_bits()
    {
        var last = new LogPosition(Epoch.Max, LogPosition.MaxNumber);

        Assert.Throws<OverflowException>(() => last.Plus(1));
        Assert.Throws<OverflowException>(() => last.Plus(ulong.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => new LogPosition(default, LogPosition.MaxNumber + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Epoch(1 << 20));
        Assert.Throws<OverflowException>(() => Epoch.Max.Next);
    }

    [Fact]
    public void Offset_is_never_negative()
    {
        Assert.Equal(Offset.First, Offset.BeforeFirst.Next);
        Assert.Equal(3, new Offset(10).Since(new Offset(7)));
        Assert.Throws<ArgumentOutOfRangeException>(() => Offset.BeforeFirst.Previous);
        Assert.Throws<OverflowException>(() => new Offset(long.MaxValue).Next);
        Assert.False(Offset.TryFrom(1ul << 63, out _));
    }

    [Theory]
    [InlineData(0, 1, "0-0000000000000001")]
    [InlineData(65535, ulong.MaxValue, "65535-ffffffffffffffff")]
    [InlineData(7, 0x0000100000000abc, "7-0000100000000abc")]
    public void Message_id_round_trips_as_text(ushort partition, ulong bits, string text)
    {
        var id = new MessageId(new PartitionNumber(partition), LogPosition.FromBits(bits));
        Span<byte> utf8 = stackalloc byte[MessageId.MaxTextLength];

        Assert.Equal(text, id.ToString());
        Assert.Equal(text, $"{id}");
        Assert.True(id.TryFormat(utf8, out int written));
        Assert.Equal(text, Encoding.UTF8.GetString(utf8[..written]));
        Assert.True(MessageId.TryParse(text, out var parsed));
        Assert.Equal(id, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0-")]
    [InlineData("0-1")]
    [InlineData("-0000000000000001")]
    [InlineData("00-0000000000000001")]
    [InlineData("+1-0000000000000001")]
    [InlineData("65536-0000000000000001")]
    [InlineData("0-0000000000000000")]
    [InlineData("0-000000000000000g")]
    [InlineData("0-00000000000000001")]
    [InlineData(" 0-000000000000001")]
    public void Message_id_is_refused_when_its_text_is_not_exact(string text)
    {
        Assert.False(MessageId.TryParse(text, out _));
    }

    [Fact]
    public void Producer_and_consumer_ids_round_trip_as_bytes()
    {
        var producer = ProducerId.New();
        var consumer = ConsumerId.New();

        Assert.True(ProducerId.TryRead(producer.ToBytes(), out var producerRead));
        Assert.True(ConsumerId.TryRead(consumer.ToBytes(), out var consumerRead));

        Assert.Equal(producer, producerRead);
        Assert.Equal(consumer, consumerRead);
        Assert.False(ProducerId.TryRead(new byte[16], out _));
        Assert.False(ProducerId.TryRead(new byte[15], out _));
        Assert.NotEqual(ProducerId.New(), ProducerId.New());
    }

    [Fact]
    public void Lease_handle_round_trips_as_text()
    {
        var handle = Handle();

        string text = handle.ToString();

        Assert.Equal(LeaseHandle.TextLength, text.Length);
        Assert.True(LeaseHandle.TryParse(text, out var parsed));
        Assert.Equal(handle, parsed);
    }

    [Fact]
    public void Lease_handle_is_refused_when_any_character_is_changed_or_missing()
    {
        string text = Handle().ToString();

        for (int i = 0; i < text.Length; i++)
        {
            Assert.False(LeaseHandle.TryParse(text.AsSpan(0, i), out _));
            foreach (char other in "AZaz09-_ =好")
            {
                if (other != text[i])
                    Assert.False(LeaseHandle.TryParse(text[..i] + other + text[(i + 1)..], out _));
            }
        }
    }

    private static LeaseHandle Handle() =>
        new(new PartitionNumber(513), new QueueId(3), new GroupId(4), new Offset(5), new Attempt(6), new Epoch(7));
}
