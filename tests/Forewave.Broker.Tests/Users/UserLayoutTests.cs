using System.Text;
using Forewave.Broker.Users;
using Forewave.Protocol;
using Forewave.Protocol.Access;
using Forewave.Storage;

namespace Forewave.Broker.Tests.Users;

/// <summary>The layout of docs/state-format.md, byte by byte.</summary>
public sealed class UserLayoutTests
{
    // version 1, active, "ann"; 600,000 rounds, salt 16, hash 32; one grant "orders.*" publish|consume; one token.
    private static readonly string Bytes =
        "01" + "01" + "03616E6E" + "C0270900" + "10" + new string('A', 32) + "20" + new string('B', 64)
        + "01" + "08" + Hex("orders.*") + "03"
        + "01" + "10" + Hex("0123456789abcdef") + "20" + new string('C', 64) + "04" + Hex("shop") + "0100000000000000" + "0200000000000000";

    [Fact]
    public void Record_has_the_layout_of_the_page()
    {
        var user = UserRecord.Decode(Convert.FromHexString(Bytes)).User;

        Assert.Equal(("ann", 600_000), (user.Name.Value, user.Password!.Iterations));
        Assert.Equal(AccessGrant.Parse("publish,consume:orders.*"), Assert.Single(user.Grants));
        var token = Assert.Single(user.Tokens);
        Assert.Equal(("0123456789abcdef", "shop", 1L, 2L), (token.Id, token.Note, token.Created, token.Expires));
        Assert.Equal(Bytes, Convert.ToHexString(new UserRecord(user, IsRemoved: false).Encode()));
    }

    [Fact]
    public void Record_of_a_removed_user_has_its_name_alone()
    {
        UserRecord record = new(new UserEntry { Name = new UserName("ann") }, IsRemoved: true);

        Assert.Equal("010203616E6E", Convert.ToHexString(record.Encode()));
        Assert.True(UserRecord.Decode(record.Encode()).IsRemoved);
    }

    [Fact]
    public void Record_that_is_cut_or_of_a_newer_version_is_not_read()
    {
        byte[] bytes = Convert.FromHexString(Bytes);
        for (int cut = 0; cut < bytes.Length; cut++)
            Assert.Throws<StoreException>(() => UserRecord.Decode(bytes.AsSpan(0, cut)));
        bytes[0] = 2;
        Assert.Throws<StoreException>(() => UserRecord.Decode(bytes));
    }

    private static string Hex(string text) => Convert.ToHexString(Encoding.UTF8.GetBytes(text));
}
