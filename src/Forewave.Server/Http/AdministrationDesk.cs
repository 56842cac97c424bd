using Forewave.Client;
using Forewave.Client.Administration;
using Forewave.Client.Routing;
using Forewave.Protocol;

namespace Forewave.Server.Http;

/// <summary>The administration over one connection, or one for each partition, and how many use it. Thread-safe.</summary>
internal sealed class AdministrationDesk
{
    private readonly PartitionLinks _links;
    private readonly ForewaveClientOptions _options;
    private int _waiting;

    public AdministrationDesk(PartitionLinks links, ForewaveClientOptions options)
    {
        _links = links;
        _options = options;
        Calls = new AdministrationCalls(links, options);
        Broker = new BrokerAdministration(Calls);
        Outcomes = new OutcomeWaits(Calls, options);
    }

    /// <summary>The calls as the wire has them.</summary>
    public AdministrationCalls Calls { get; }

    /// <summary>The calls as the SDK has them.</summary>
    public BrokerAdministration Broker { get; }

    /// <summary>Waits for outcomes.</summary>
    public OutcomeWaits Outcomes { get; }

    /// <summary>How many use it now.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>One more uses it, until the turn is disposed.</summary>
    /// <param name="partition">For this partition alone; null: for all.</param>
    public AdministrationTurn Take(PartitionNumber? partition)
    {
        Interlocked.Increment(ref _waiting);
        if (partition is null)
            return new AdministrationTurn(this, Calls, Broker);
        AdministrationCalls calls = new(_links, _options with { Partition = partition });
        return new AdministrationTurn(this, calls, new BrokerAdministration(calls));
    }

    /// <summary>One fewer.</summary>
    public void Give() => Interlocked.Decrement(ref _waiting);
}
