using Forewave.Server.Http.Requests;
using Forewave.Server.Http.Routing;
using Forewave.Server.Listeners;
using Forewave.Server.Members;

namespace Forewave.Server.Http;

/// <summary>What the HTTP API is made of.</summary>
internal sealed record HttpApiParts
{
    /// <summary>The way to the broker; owned by the API.</summary>
    public required HttpLinks Links { get; init; }

    /// <summary>Who may do what.</summary>
    public required IApiGuard Guard { get; init; }

    /// <summary>For bodies.</summary>
    public required BodyMemory Memory { get; init; }

    /// <summary>What becomes of failures.</summary>
    public required HttpFaults Faults { get; init; }

    /// <summary>Tells of what is changed.</summary>
    public required HttpAudit Audit { get; init; }

    /// <summary>What is counted.</summary>
    public required HttpMetrics Metrics { get; init; }

    /// <summary>Where the broker is in its life.</summary>
    public required BrokerReadiness Readiness { get; init; }

    /// <summary>Whether the partition is served here.</summary>
    public required PartitionDoor Door { get; init; }

    /// <summary>The broker's part in its group; null: it is alone, or has none yet.</summary>
    public Func<MemberHost?> Member { get; init; } = static () => null;

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }
}
