using System.Net;
using System.Net.Sockets;

namespace Forewave.Server.Listeners;

/// <summary>An address to listen at: <c>host:port</c>, where host is an IP address, <c>localhost</c>, <c>*</c> for all, or a name.</summary>
internal readonly record struct ListenAddress
{
    private readonly IPEndPoint? _endPoint;

    private ListenAddress(IPEndPoint endPoint) => _endPoint = endPoint;

    /// <summary>What to bind.</summary>
    public IPEndPoint EndPoint => _endPoint ?? throw new InvalidOperationException("an empty listen address");

    /// <summary>Only this host reaches it.</summary>
    public bool IsLoopback => IPAddress.IsLoopback(EndPoint.Address);

    /// <exception cref="FormatException">The text is no address, or its name is not known.</exception>
    public static ListenAddress Parse(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), out ushort port))
            throw new FormatException($"'{text}' is not host:port");
        string host = text[..colon].Trim('[', ']');
        return new ListenAddress(new IPEndPoint(Resolve(host), port));
    }

    /// <summary>Looks whether it can be listened at, without listening; another process may still be faster.</summary>
    /// <exception cref="SocketException">It is taken, is not of this host, or may not be used.</exception>
    public void CheckFree()
    {
        using Socket socket = new(EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(EndPoint);
    }

    private static IPAddress Resolve(string host)
    {
        if (host == "*")
            return IPAddress.Any;
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return IPAddress.Loopback;
        if (IPAddress.TryParse(host, out var address))
            return address;
        try
        {
            return Dns.GetHostAddresses(host)[0];
        }
        catch (SocketException failure)
        {
            throw new FormatException($"'{host}' names no host: {failure.Message}", failure);
        }
    }
}
