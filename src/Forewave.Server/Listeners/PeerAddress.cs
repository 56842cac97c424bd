using System.Net;
using System.Net.Sockets;

namespace Forewave.Server.Listeners;

/// <summary>Who is at the other end, as log-ins count it.</summary>
internal static class PeerAddress
{
    private const int NetworkBytes = 8;

    /// <summary>
    /// The host, of IPv6 its network of 64 bits, which one customer has as a whole; and whether it is another host than this. Who comes from
    /// the very address that he reaches is on this host, as a client is that goes to what its broker announces.
    /// </summary>
    public static (string Host, bool IsRemote) Of((IPAddress? Remote, IPAddress? Local) ends)
    {
        if (ends.Remote is not { } address)
            return ("", true);
        if (address.Equals(ends.Local))
            return ("loopback", false);
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (IPAddress.IsLoopback(address))
            return ("loopback", false);
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
            return (address.ToString(), true);
        byte[] bytes = address.GetAddressBytes();
        bytes.AsSpan(NetworkBytes).Clear();
        return ($"{new IPAddress(bytes)}/64", true);
    }
}
