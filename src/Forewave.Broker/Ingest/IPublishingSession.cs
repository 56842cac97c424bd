using Forewave.Broker.Queues;
using Forewave.Broker.Quotas;
using Forewave.Broker.Sessions;

namespace Forewave.Broker.Ingest;

/// <summary>What ingest needs of a session. For its read loop.</summary>
internal interface IPublishingSession
{
    /// <summary>Where answers go.</summary>
    SessionOutput Output { get; }

    /// <summary>What it may publish.</summary>
    SessionQuota Quota { get; }

    /// <summary>The producer with a handle of this connection, or null.</summary>
    Producer? FindProducer(uint handle);

    /// <summary>The queue with a handle of this connection, or null.</summary>
    QueueEntry? FindQueue(uint handle);
}
