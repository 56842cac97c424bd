using Forewave.Protocol.Routes;

namespace Forewave.Client.Connections;

/// <summary>Decides whether a connection is one to the broker that a link is for. Thread-safe.</summary>
internal interface ILinkGuide
{
    /// <summary>Looks at a connection whose hello was answered, before anybody uses it.</summary>
    /// <exception cref="Protocol.ForewaveException">It is none: another one is to be tried.</exception>
    ValueTask WelcomeAsync(BrokerLink link, Connection connection, CancellationToken cancellation);

    /// <summary>A broker that refused has said where partitions are served.</summary>
    void Learn(RouteTable routes);
}
