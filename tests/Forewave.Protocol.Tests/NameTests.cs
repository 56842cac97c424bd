using System.Text;

namespace Forewave.Protocol.Tests;

public sealed class NameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("0")]
    [InlineData("orders.eu-west_1")]
    [InlineData("$system")]
    [InlineData("a................................")]
    [InlineData("a123456789012345678901234567890123456789012345678901234567890123")]
    public void Queue_name_is_accepted_when_it_keeps_the_rule(string text)
    {
        Assert.Equal(text, new QueueName(text).Value);
        Assert.True(QueueName.TryParse(Encoding.UTF8.GetBytes(text), out var fromBytes));
        Assert.Equal(new QueueName(text), fromBytes);
        Assert.Equal(text[0] == '$', fromBytes.IsSystem);
    }

    [Theory]
    [InlineData("")]
    [InlineData("$")]
    [InlineData("A")]
    [InlineData("-a")]
    [InlineData("_a")]
    [InlineData("a b")]
    [InlineData("é")]
    [InlineData("a/b")]
    [InlineData("a.................................")]
    [InlineData("a1234567890123456789012345678901234567890123456789012345678901234")]
    public void Queue_name_is_refused_when_it_breaks_the_rule(string text)
    {
        Assert.False(QueueName.TryParse(text, out _));
        Assert.False(QueueName.TryParse(Encoding.UTF8.GetBytes(text), out _));
        Assert.Equal(ErrorCode.NameInvalid, Assert.Throws<ForewaveException>(() => new QueueName(text)).Code);
    }

    [Theory]
    [InlineData("Billing Team", true)]
    [InlineData("会计", true)]
    [InlineData("😀", true)]
    [InlineData("", false)]
    [InlineData("a,b", false)]
    [InlineData("tab\t", false)]
    [InlineData("del\u007F", false)]
    [InlineData("c1\u0085", false)]
    public void Group_name_is_text_without_control_characters_and_commas(string text, bool valid)
    {
        Assert.Equal(valid, GroupName.TryParse(text, out _));
        Assert.Equal(valid, GroupName.TryParse(Encoding.UTF8.GetBytes(text), out _));
        Assert.Equal(valid, ProducerName.TryParse(text, out _));
        Assert.Equal(valid, ConsumerName.TryParse(text, out _));
    }

    [Fact]
    public void Group_name_is_measured_in_bytes()
    {
        string fits = new('好', 21);

        Assert.True(GroupName.TryParse(fits + "a", out _));
        Assert.False(GroupName.TryParse(fits + "ab", out _));
    }

    [Fact]
    public void Group_name_is_refused_when_it_is_not_well_formed()
    {
        Assert.False(GroupName.TryParse("half \uD83D", out _));
        Assert.False(GroupName.TryParse([0xC3], out _));
        Assert.False(GroupName.TryParse([0xED, 0xA0, 0x80], out _));
    }

    [Theory]
    [InlineData("*", "", true)]
    [InlineData("*", "paid", true)]
    [InlineData("paid", "paid", true)]
    [InlineData("paid", "", false)]
    [InlineData("paid", "pai", false)]
    [InlineData("paid,open", "open", true)]
    [InlineData("paid,open", "paid,open", false)]
    public void Tag_filter_matches_whole_tags(string filter, string tag, bool matches)
    {
        Assert.Equal(matches, new TagFilter(filter).Matches(Encoding.UTF8.GetBytes(tag)));
    }

    [Fact]
    public void Tag_filters_are_equal_when_they_mean_the_same()
    {
        Assert.Equal(new TagFilter("a,b"), new TagFilter("b,a,b"));
        Assert.Equal("a,b", new TagFilter("b,a").Text);
        Assert.NotEqual(new TagFilter("a"), TagFilter.All);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a,")]
    [InlineData("*,a")]
    [InlineData("a\n")]
    public void Tag_filter_is_refused_when_it_is_not_made_of_tags(string text)
    {
        Assert.Equal(ErrorCode.TagInvalid, Assert.Throws<ForewaveException>(() => new TagFilter(text)).Code);
    }

    [Fact]
    public void Defaults_throw_when_used()
    {
        Assert.Throws<InvalidOperationException>(() => default(QueueName).Value);
        Assert.Throws<InvalidOperationException>(() => default(GroupName).Value);
        Assert.Throws<InvalidOperationException>(() => default(ProducerName).Value);
        Assert.Throws<InvalidOperationException>(() => default(ConsumerName).Value);
        Assert.Throws<InvalidOperationException>(() => default(TagFilter).Matches("a"u8));
        Assert.Throws<InvalidOperationException>(() => default(MessageId).Position);
        Assert.Throws<InvalidOperationException>(() => default(ProducerId).Value);
        Assert.Throws<InvalidOperationException>(() => default(ConsumerId).Value);
        Assert.Throws<InvalidOperationException>(() => default(QueueId).Value);
        Assert.Throws<InvalidOperationException>(() => default(GroupId).Value);
        Assert.Throws<InvalidOperationException>(() => default(LeaseHandle).Offset);
    }
}
