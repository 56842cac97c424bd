using Forewave.Protocol;
using Forewave.Storage.MySql.Replication;

namespace Forewave.Storage.MySql.Tests.Replication;

public sealed class GtidTests
{
    [Theory]
    [InlineData("0-1-105", "0-1-105", true)]
    [InlineData("0-1-106", "0-1-105", true)]
    [InlineData("0-1-104", "0-1-105", false)]
    [InlineData("0-2-900", "0-1-105", false)]
    [InlineData("1-1-900", "0-1-105", false)]
    [InlineData("", "0-1-105", false)]
    [InlineData("1-7-3, 0-1-105", "0-1-105", true)]
    [InlineData("0-1-105,0-2-900", "0-2-900", true)]
    public void Position_covers_a_transaction_of_its_domain_and_server_alone(string position, string transaction, bool covers)
    {
        Assert.True(Gtid.TryParse(transaction, out Gtid gtid));

        Assert.Equal(covers, GtidList.Parse(position).Covers(gtid));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0-1")]
    [InlineData("0--1")]
    [InlineData("0-1-")]
    [InlineData("-1-2")]
    [InlineData("0-1-2-3")]
    [InlineData("0-4294967296-1")]
    [InlineData("0-1-18446744073709551616")]
    [InlineData("a-1-1")]
    public void Text_that_is_no_transaction_is_refused(string text) => Assert.False(Gtid.TryParse(text, out _));

    [Fact]
    public void List_that_is_none_is_refused_with_a_number()
    {
        var refused = Assert.Throws<StoreException>(() => GtidList.Parse("0-1-2,x"));

        Assert.Equal(ErrorCode.DatabaseUnusable, refused.Error);
    }

    [Fact]
    public void List_is_written_as_it_was_read()
    {
        GtidList list = GtidList.Parse("0-1-105,1-2-18446744073709551615");

        Assert.Equal("0-1-105,1-2-18446744073709551615", list.ToString());
        Assert.True(list.Covers(GtidList.Parse("1-2-7,0-1-105")));
        Assert.False(list.Covers(GtidList.Parse("1-2-7,0-1-106")));
    }
}
