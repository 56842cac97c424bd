using Forewave.Client;
using Forewave.Client.Administration;

namespace Forewave.Server.Http;

/// <summary>The administration over one connection, and how many use it. Thread-safe.</summary>
internal sealed class AdministrationDesk(AdministrationCalls calls, ForewaveClientOptions options)
{
    private int _waiting;

    /// <summary>The calls as the wire has them.</summary>
    public AdministrationCalls Calls { get; } = calls;

    /// <summary>The calls as the SDK has them.</summary>
    public BrokerAdministration Broker { get; } = new(calls);

    /// <summary>Waits for outcomes.</summary>
    public OutcomeWaits Outcomes { get; } = new(calls, options);

    /// <summary>How many use it now.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>One more uses it, until the turn is disposed.</summary>
    public AdministrationTurn Take()
    {
        Interlocked.Increment(ref _waiting);
        return new AdministrationTurn(this);
    }

    /// <summary>One fewer.</summary>
    public void Give() => Interlocked.Decrement(ref _waiting);
}
