using Forewave.Protocol.Access;

namespace Forewave.Protocol.Tests.Access;

public sealed class GrantTests
{
    [Theory]
    [InlineData("*", "orders", true)]
    [InlineData("orders", "orders", true)]
    [InlineData("orders", "orders.eu", false)]
    [InlineData("orders.*", "orders.eu", true)]
    [InlineData("orders.*", "orders", false)]
    [InlineData("orders*", "orders", true)]
    [InlineData("orders*", "orders-secret", true)]
    [InlineData("orders.eu", "orders", false)]
    public void Pattern_covers_names_that_are_or_begin_so(string pattern, string queue, bool isCovered) =>
        Assert.Equal(isCovered, new QueuePattern(pattern).Covers(new QueueName(queue)));

    [Theory]
    [InlineData("*", "", true)]
    [InlineData("orders.*", "", false)]
    [InlineData("orders.*", "orders.", true)]
    [InlineData("orders.*", "orders.eu", true)]
    [InlineData("orders.*", "orders", false)]
    [InlineData("orders", "orders", false)]
    public void Pattern_covers_all_that_begins_so_only_when_it_ends_with_a_star(string pattern, string prefix, bool isCovered) =>
        Assert.Equal(isCovered, new QueuePattern(pattern).CoversAll(prefix));

    [Theory]
    [InlineData("")]
    [InlineData("**")]
    [InlineData("or*ders")]
    [InlineData("Orders")]
    [InlineData("a,b")]
    [InlineData(".*")]
    public void Text_that_is_no_pattern_is_refused(string text)
    {
        Assert.False(QueuePattern.TryParse(text, out _));
        Assert.Equal(ErrorCode.UserInvalid, Assert.Throws<ForewaveException>(() => new QueuePattern(text)).Code);
    }

    [Fact]
    public void Grant_is_read_as_it_is_written()
    {
        var grant = AccessGrant.Parse("manage,publish:orders.*");

        Assert.Equal(new AccessGrant(new QueuePattern("orders.*"), AccessRights.Publish | AccessRights.Manage), grant);
        Assert.Equal("publish,manage:orders.*", grant.ToString());
        Assert.Equal("publish,consume,manage:a", AccessGrant.Parse("all:a").ToString());
        Assert.Equal(AccessRights.Operate, AccessGrant.Parse("operate:*").Rights);
    }

    [Theory]
    [InlineData("publish")]
    [InlineData("publish:")]
    [InlineData(":orders")]
    [InlineData("read:orders")]
    [InlineData("operate:orders.*")]
    [InlineData("PUBLISH:orders")]
    public void Text_that_is_no_grant_is_refused(string text) =>
        Assert.Equal(ErrorCode.UserInvalid, Assert.Throws<ForewaveException>(() => AccessGrant.Parse(text)).Code);

    [Theory]
    [InlineData("ann", true)]
    [InlineData("ann.b-c_d@example.org", true)]
    [InlineData("7ann", true)]
    [InlineData("", false)]
    [InlineData("Ann", false)]
    [InlineData("ann:b", false)]
    [InlineData("@ann", false)]
    [InlineData("ann b", false)]
    public void User_name_follows_its_rule(string name, bool isName)
    {
        Assert.Equal(isName, UserName.TryParse(name, out _));
        Assert.False(UserName.TryParse(new string('a', 65), out _));
    }
}
