using System.Net;
using Forewave.Server.Listeners;

namespace Forewave.Integration.Tests.Units;

public sealed class PeerAddressTests
{
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", "loopback", false)]
    [InlineData("::1", "::1", "loopback", false)]
    [InlineData("::ffff:127.0.0.1", "::ffff:127.0.0.1", "loopback", false)]
    [InlineData("192.0.2.7", "192.0.2.7", "loopback", false)]
    [InlineData("192.0.2.8", "192.0.2.7", "192.0.2.8", true)]
    [InlineData("::ffff:192.0.2.8", "::ffff:192.0.2.7", "192.0.2.8", true)]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:7", "2001:db8:1:2::/64", true)]
    public void Host_is_this_one_only_by_loopback_or_its_own_address(string remote, string local, string host, bool isRemote) =>
        Assert.Equal((host, isRemote), PeerAddress.Of((IPAddress.Parse(remote), IPAddress.Parse(local))));

    [Fact]
    public void Peer_without_an_address_may_be_anywhere() => Assert.Equal(("", true), PeerAddress.Of((null, IPAddress.Loopback)));
}
