using Forewave.Client.Administration;

namespace Forewave.Server.Http;

/// <summary>The use of a desk. Disposed once.</summary>
internal readonly struct AdministrationTurn(AdministrationDesk desk, AdministrationCalls calls, BrokerAdministration broker) : IDisposable
{
    /// <summary>Where.</summary>
    public AdministrationDesk Desk { get; } = desk;

    /// <summary>What can be asked there, as the wire has it.</summary>
    public AdministrationCalls Calls { get; } = calls;

    /// <summary>What can be done there.</summary>
    public BrokerAdministration Broker { get; } = broker;

    public void Dispose() => Desk.Give();
}
