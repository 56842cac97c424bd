using Forewave.Broker.Ingest;
using Forewave.Broker.Observability;
using Forewave.Broker.Queues;
using Forewave.Protocol;
using Forewave.Storage;
using Microsoft.Extensions.Logging;

namespace Forewave.Broker.Sessions;

/// <summary>What all sessions of a broker share.</summary>
internal sealed record SessionParts
{
    public required IStore Store { get; init; }

    public required BrokerOptions Options { get; init; }

    public required IngestStage Ingest { get; init; }

    public required ProducerDirectory Producers { get; init; }

    public required QueueCatalogue Queues { get; init; }

    public required PartitionHealth Health { get; init; }

    public required BrokerMetrics Metrics { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>Lets the messages before an offset go.</summary>
    public void Expire(QueueEntry queue, Offset firstRetained) => Store.Expire(queue.Id, firstRetained);
}
