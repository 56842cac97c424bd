using System.Text;
using Forewave.Protocol.Frames;
using Google.Protobuf;

namespace Forewave.Protocol.Tests.Frames;

public sealed class MessageRuleTests
{
    private static readonly string Text255 = new('k', 255);
    private static readonly string Text256 = new('k', 256);

    public static TheoryData<byte, ErrorCode> TextFields => new()
    {
        { 0x12, ErrorCode.MessageBroken },
        { 0x1A, ErrorCode.TagInvalid },
        { 0x2A, ErrorCode.MessageBroken },
        { 0x5A, ErrorCode.MessageBroken },
    };

    [Theory]
    [MemberData(nameof(TextFields))]
    public void Message_is_refused_when_a_text_is_not_utf8(byte tag, ErrorCode expected)
    {
        Assert.Equal(expected, Refusal([tag, 2, 0xC3, 0x28]));
        Assert.Equal(expected, Refusal([tag, 3, 0xED, 0xA0, 0x80]));
        Assert.Equal(ErrorCode.None, Refusal([tag, 2, 0xC3, 0xA9]));
    }

    [Fact]
    public void Message_is_refused_when_a_header_has_no_good_name()
    {
        Assert.Equal(ErrorCode.HeaderInvalid, Refusal([0x22, 0]));
        Assert.Equal(ErrorCode.HeaderInvalid, Refusal([0x22, 3, 0x0A, 1, 0xFF]));
        Assert.Equal(ErrorCode.HeaderInvalid, Refusal([0x22, 3, 0x0A, 1, (byte)'\n']));
        Assert.Equal(ErrorCode.None, Refusal([0x22, 3, 0x0A, 1, (byte)',']));
    }

    [Fact]
    public void Message_is_taken_up_to_each_limit_and_refused_beyond()
    {
        AssertLimit(new V1.Message { Keys = { Text255 } }, new V1.Message { Keys = { Text256 } }, ErrorCode.KeyTooLong);
        AssertLimit(new V1.Message { OrderingKey = Text255 }, new V1.Message { OrderingKey = Text256 }, ErrorCode.KeyTooLong);
        AssertLimit(new V1.Message { DeduplicationId = Text255 }, new V1.Message { DeduplicationId = Text256 }, ErrorCode.KeyTooLong);
        AssertLimit(new V1.Message { Tag = Text255 }, new V1.Message { Tag = Text256 }, ErrorCode.TagInvalid);
        AssertLimit(WithKeys(8), WithKeys(9), ErrorCode.TooManyKeys);
        AssertLimit(WithHeaders(128, 10), WithHeaders(129, 10), ErrorCode.HeadersTooLarge);
        AssertLimit(WithHeaders(1, Limits.HeadersBytes - 1), WithHeaders(1, Limits.HeadersBytes), ErrorCode.HeadersTooLarge);
        AssertLimit(new V1.Message { Priority = 9 }, new V1.Message { Priority = 10 }, ErrorCode.FieldInvalid);
        ulong tenYears = (ulong)Limits.MaxDelay.TotalMilliseconds;
        AssertLimit(new V1.Message { TimeToLive = tenYears }, new V1.Message { TimeToLive = tenYears + 1 }, ErrorCode.ExpiryTimeInvalid);
        AssertLimit(new V1.Message { Delay = tenYears }, new V1.Message { Delay = tenYears + 1 }, ErrorCode.DeliveryTimeInvalid);
        AssertLimit(WithBody(Limits.MessageBytes - 5), WithBody(Limits.MessageBytes - 4), ErrorCode.MessageTooLarge);
    }

    [Fact]
    public void Message_is_refused_when_two_of_its_times_exclude_each_other()
    {
        Assert.Equal(ErrorCode.FieldInvalid, Refusal(new V1.Message { DeliverAt = 1, Delay = 1 }.ToByteArray()));
        Assert.Equal(ErrorCode.FieldInvalid, Refusal(new V1.Message { ExpiresAt = 1, TimeToLive = 1 }.ToByteArray()));
    }

    [Fact]
    public void Message_field_that_stands_twice_counts_as_the_last()
    {
        byte[] first = new V1.Message { Tag = "first", OrderingKey = "k" }.ToByteArray();
        byte[] last = new V1.Message { Tag = "last" }.ToByteArray();
        byte[] encoded = [.. first, .. last, 0x2A, 0];

        Assert.True(MessageReader.TryRead(encoded, out var view, out _));

        Assert.Equal("last", Encoding.UTF8.GetString(view.Tag));
        Assert.Equal("last", Encoding.UTF8.GetString(MessageReader.ReadTag(encoded)));
        Assert.Equal(MessageCapabilities.None, view.Capabilities);
    }

    [Fact]
    public void Message_asks_for_the_capabilities_of_its_fields()
    {
        Assert.Equal(MessageCapabilities.None, Asked(new V1.Message { Tag = "t", Keys = { "k" }, Priority = 4 }));
        Assert.Equal(MessageCapabilities.Ordering, Asked(new V1.Message { OrderingKey = "k" }));
        Assert.Equal(MessageCapabilities.Priorities, Asked(new V1.Message { Priority = 0 }));
        Assert.Equal(MessageCapabilities.Delays, Asked(new V1.Message { DeliverAt = 1 }));
        Assert.Equal(MessageCapabilities.Delays, Asked(new V1.Message { Delay = 1 }));
        Assert.Equal(MessageCapabilities.Expiry, Asked(new V1.Message { ExpiresAt = 1 }));
        Assert.Equal(MessageCapabilities.Expiry, Asked(new V1.Message { TimeToLive = 1 }));
        Assert.Equal(MessageCapabilities.Deduplication, Asked(new V1.Message { DeduplicationId = "d" }));
    }

    private static MessageCapabilities Asked(V1.Message message)
    {
        Assert.True(MessageReader.TryRead(message.ToByteArray(), out var view, out _));
        return view.Capabilities;
    }

    private static void AssertLimit(V1.Message within, V1.Message beyond, ErrorCode expected)
    {
        Assert.Equal(ErrorCode.None, Refusal(within.ToByteArray()));
        Assert.Equal(expected, Refusal(beyond.ToByteArray()));
    }

    private static V1.Message WithBody(int byteCount) => new() { Body = ByteString.CopyFrom(new byte[byteCount]) };

    private static V1.Message WithKeys(int count) => new() { Keys = { Enumerable.Repeat("k", count) } };

    private static V1.Message WithHeaders(int count, int valueBytes)
    {
        var header = new V1.Header { Name = "h", Value = ByteString.CopyFrom(new byte[valueBytes]) };
        return new V1.Message { Headers = { Enumerable.Repeat(header, count) } };
    }

    private static ErrorCode Refusal(byte[] encoded)
    {
        bool read = MessageReader.TryRead(encoded, out _, out var problem);
        Assert.Equal(read, problem.IsNone);
        return problem.Code;
    }
}
