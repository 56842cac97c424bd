using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Delivery.DeadLetters;
using Forewave.Protocol;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Broker.Tests.Delivery;

public sealed class DeadFilterTests
{
    [Theory]
    [InlineData("", true)]
    [InlineData("reason~TIMEOUT", true)]
    [InlineData("reason=timeout", false)]
    [InlineData("reason=\"a timeout of 5s\"", true)]
    [InlineData("reason!=other attempts>=2 attempts<3", true)]
    [InlineData("attempts>2", false)]
    [InlineData("consumer=worker-1", true)]
    [InlineData("consumer!=worker-1", false)]
    [InlineData("consumer!=worker-3", true)]
    [InlineData("died>=2026-11-20T08:00:00Z died<=2026-11-20T09:00:00+01:00", true)]
    [InlineData("died<2026-11-20T08:00:00Z", false)]
    [InlineData("published=2026-11-20T07:00:00Z", true)]
    [InlineData("offset=42 tag=refund", true)]
    [InlineData("tag!=refund", false)]
    [InlineData("key=4712", true)]
    [InlineData("key!=4712", false)]
    [InlineData("key~47 order=c7", true)]
    [InlineData("header.country=DE", true)]
    [InlineData("header.country!=DE", false)]
    [InlineData("header.city!=Berlin", true)]
    [InlineData("header.city=Berlin", false)]
    [InlineData("priority=4", true)]
    [InlineData("  tag=refund   reason~timeout ", true)]
    public void Filter_takes_what_all_its_terms_hold_for(string text, bool takes)
    {
        Assert.True(DeadFilter.TryParse(text, out var filter, out string problem), problem);
        Assert.Equal(takes, filter.Takes(Letter()));
    }

    [Theory]
    [InlineData("reason")]
    [InlineData("reason>a")]
    [InlineData("colour=red")]
    [InlineData("died>yesterday")]
    [InlineData("died>=2026-11-20T08:00:00")]
    [InlineData("died~2026")]
    [InlineData("attempts>=many")]
    [InlineData("attempts=-1")]
    [InlineData("header.=x")]
    [InlineData("=x")]
    [InlineData("tag=a reason=\"open")]
    public void Filter_that_cannot_be_read_is_refused(string text)
    {
        Assert.False(DeadFilter.TryParse(text, out _, out string problem));
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void Letter_without_its_message_is_taken_by_what_became_of_it_alone()
    {
        var letter = Letter() with { Message = default };

        Assert.True(DeadFilter.TryParse("reason~timeout", out var byReason, out _) && byReason.Takes(letter));
        Assert.True(DeadFilter.TryParse("tag!=x", out var byTag, out _) && !byTag.Takes(letter));
    }

    private static DeadLetterRecord Letter()
    {
        var message = new V1.Message { Body = ByteString.CopyFromUtf8("b"), Tag = "refund", OrderingKey = "c7" };
        message.Keys.AddRange(["4711", "4712"]);
        message.Headers.Add(new V1.Header { Name = "country", Value = ByteString.CopyFromUtf8("DE") });
        byte[] bytes = message.ToByteArray();
        return new DeadLetterRecord
        {
            Offset = 42, Reason = "a timeout of 5s", Position = LogPosition.None, Producer = 1,
            PublishTime = new DateTimeOffset(2026, 11, 20, 7, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds(),
            DeathTime = new DateTimeOffset(2026, 11, 20, 8, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds(),
            History =
            [
                new FailedAttempt { Attempt = 1, Time = 1, Consumer = "worker-1", Reason = "a timeout of 5s" },
                new FailedAttempt { Attempt = 2, Time = 2, Consumer = "worker-2", Reason = "a timeout of 5s" },
            ],
            Message = new byte[] { 0x7A, (byte)bytes.Length }.Concat(bytes).ToArray(),
        };
    }
}
