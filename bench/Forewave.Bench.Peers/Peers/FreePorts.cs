using System.Net;
using System.Net.Sockets;

namespace Forewave.Bench.Peers.Peers;

/// <summary>Ports of the loopback that nobody listens on.</summary>
internal static class FreePorts
{
    /// <summary>Different ones. Somebody else may take one before the broker does: it then fails to start, and says so.</summary>
    public static int[] Take(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        try
        {
            listeners.ForEach(listener => listener.Start());
            return [.. listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        }
        finally
        {
            listeners.ForEach(listener => listener.Dispose());
        }
    }
}
