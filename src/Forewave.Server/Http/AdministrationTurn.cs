using Forewave.Client.Administration;

namespace Forewave.Server.Http;

/// <summary>The use of a desk. Disposed once.</summary>
internal readonly struct AdministrationTurn(AdministrationDesk desk) : IDisposable
{
    /// <summary>Where.</summary>
    public AdministrationDesk Desk { get; } = desk;

    /// <summary>What can be done there.</summary>
    public BrokerAdministration Broker => Desk.Broker;

    public void Dispose() => Desk.Give();
}
