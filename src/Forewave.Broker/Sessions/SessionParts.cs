using Forewave.Broker.Deduplication;
using Forewave.Broker.Delivery;
using Forewave.Broker.Ingest;
using Forewave.Broker.Load;
using Forewave.Broker.Messages;
using Forewave.Broker.Observability;
using Forewave.Broker.Queues;
using Forewave.Broker.Quotas;
using Forewave.Broker.Scheduling;
using Forewave.Broker.Search;
using Forewave.Broker.Settings;
using Forewave.Broker.Transactions;
using Forewave.Broker.Users;
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

    public required QueueSlots Slots { get; init; }

    public required DeliveryLoops Delivery { get; init; }

    public required DeduplicationStage Deduplication { get; init; }

    public required FrameMemory FrameMemory { get; init; }

    public required Scheduler Scheduling { get; init; }

    public required TransactionStage Transactions { get; init; }

    public required FlushList Flushes { get; init; }

    public required PublishTerms PublishTerms { get; init; }

    public required MessageLookup Messages { get; init; }

    public required TraceReading Traces { get; init; }

    public required OutcomeStage Outcomes { get; init; }

    public required SearchStage Search { get; init; }

    public required UserDirectory Users { get; init; }

    public required SettingDirectory Settings { get; init; }

    public required LogIns LogIns { get; init; }

    public required AccessMetrics Access { get; init; }

    public required SessionRegistry Sessions { get; init; }

    public required DrainState Drain { get; init; }

    public required UserQuotas Quotas { get; init; }

    public required QueueLengths Lengths { get; init; }

    public required MemoryWatch Memory { get; init; }

    public required PartitionHealth Health { get; init; }

    public required BrokerMetrics Metrics { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILoopThreads Threads { get; init; }

    public required ILogger Logger { get; init; }

    public required ILogger AuditLogger { get; init; }

    /// <summary>What a new connection may publish.</summary>
    /// <param name="user">As whom; empty: as nobody.</param>
    /// <param name="isOfHost">It is the host's, which publishes for many.</param>
    public SessionQuota NewQuota(string user, bool isOfHost) => new(Quotas, user, Time) { HasNone = isOfHost };
}
