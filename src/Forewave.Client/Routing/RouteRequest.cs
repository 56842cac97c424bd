using Forewave.Client.Connections;
using Forewave.Protocol;
using Forewave.Protocol.Routes;
using Forewave.Protocol.V1;

namespace Forewave.Client.Routing;

/// <summary>Asks a broker for the routes.</summary>
internal static class RouteRequest
{
    /// <summary>The table that a broker has: at once, or with a wait as soon as it is another one than that of a version.</summary>
    /// <exception cref="ForewaveException">The broker refused, or the connection ended.</exception>
    public static async ValueTask<RouteTable> AskAsync(Connection connection, (ulong Version, TimeSpan Wait) known, CancellationToken cancellation)
    {
        GetRoutes request = new() { Version = known.Version, Wait = (uint)known.Wait.TotalMilliseconds };
        ServerFrame answer = await connection.RequestAsync(new ClientFrame { GetRoutes = request }, cancellation).ConfigureAwait(false);
        return RouteFrames.TryRead(answer.Routes, out RouteTable table)
            ? table
            : throw new ForewaveException(ErrorCode.FrameBroken, "The broker's routes cannot be read.");
    }

    /// <summary>The table of a broker to which there is no connection, be it in its refusal; null: it does not answer, or is in no cluster.</summary>
    public static async ValueTask<RouteTable?> ProbeAsync(System.Net.EndPoint place, ForewaveClientOptions options, CancellationToken cancellation)
    {
        try
        {
            IWireTransport transport = await Transports.ConnectAsync(place, options, cancellation).ConfigureAwait(false);
            Connection connection = await Connection.OpenAsync(transport, BrokerLink.HelloOf(options), options.TimeProvider, cancellation).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                return connection.Capabilities.HasRoutes ? await AskAsync(connection, default, cancellation).ConfigureAwait(false) : null;
            }
        }
        catch (ForewaveException refused)
        {
            return refused.Routes;
        }
        catch (Exception away) when (away is System.Net.Sockets.SocketException or OperationCanceledException or IOException)
        {
            return null;
        }
    }
}
