using System.Net;
using Forewave.Protocol;

namespace Forewave.Client.Connections;

/// <summary>The addresses in a server string. Names are resolved anew at each connect.</summary>
internal static class ServerAddress
{
    private const string DnsScheme = "dns://";
    private const string ZooKeeperScheme = "zk://";

    /// <exception cref="ArgumentException">The string names no address.</exception>
    /// <exception cref="ForewaveException">It asks for ZooKeeper, which needs a package that this client does not have.</exception>
    public static IReadOnlyList<EndPoint> Parse(string server)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(server);
        if (server.StartsWith(ZooKeeperScheme, StringComparison.Ordinal))
        {
            throw new ForewaveException(
                ErrorCode.CapabilityMissing, "zk:// addresses are not in this release: give host:port or dns://name:port.");
        }

        string list = server.StartsWith(DnsScheme, StringComparison.Ordinal) ? server[DnsScheme.Length..] : server;
        return [.. list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(ParseOne)];
    }

    private static EndPoint ParseOne(string address)
    {
        if (IPEndPoint.TryParse(address, out IPEndPoint? ip) && address.Contains(':'))
        {
            return ip.Port == 0 ? new IPEndPoint(ip.Address, Limits.DefaultPort) : ip;
        }

        int colon = address.LastIndexOf(':');
        string host = colon < 0 ? address : address[..colon];
        int port = Limits.DefaultPort;
        if (host.Length == 0 || (colon >= 0 && !(int.TryParse(address.AsSpan(colon + 1), out port) && port is > 0 and <= ushort.MaxValue)))
        {
            throw new ArgumentException($"'{address}' is not host:port.", nameof(address));
        }

        return new DnsEndPoint(host, port);
    }
}
