using System.Net;
using Forewave.Protocol;

namespace Forewave.Client.Connections;

/// <summary>The addresses in a server string. Names are resolved anew at each connect.</summary>
internal static class ServerAddress
{
    private const string DnsScheme = "dns://";

    /// <exception cref="ArgumentException">The string names no address.</exception>
    public static IReadOnlyList<EndPoint> Parse(string server)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(server);
        string list = server.StartsWith(DnsScheme, StringComparison.Ordinal) ? server[DnsScheme.Length..] : server;
        return [.. list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(ParseOne)];
    }

    /// <summary>One address; false: it is none.</summary>
    public static bool TryParse(string address, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out EndPoint? place)
    {
        place = null;
        try
        {
            place = address.Length == 0 ? null : ParseOne(address);
        }
        catch (ArgumentException)
        {
            // A broker said so: it is asked for no reason.
        }

        return place is not null;
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
