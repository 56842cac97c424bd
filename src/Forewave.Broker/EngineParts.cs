using System.Diagnostics.Metrics;
using Forewave.Broker.Deduplication;
using Forewave.Broker.Delivery;
using Forewave.Broker.Delivery.Cursors;
using Forewave.Broker.Ingest;
using Forewave.Broker.Load;
using Forewave.Broker.Messages;
using Forewave.Broker.Observability;
using Forewave.Broker.Queues;
using Forewave.Broker.Quotas;
using Forewave.Broker.Scheduling;
using Forewave.Broker.Search;
using Forewave.Broker.Search.Keys;
using Forewave.Broker.Sessions;
using Forewave.Broker.Settings;
using Forewave.Broker.Transactions;
using Forewave.Broker.Users;
using Forewave.Protocol;
using Forewave.Protocol.Frames;
using Forewave.Storage;
using Microsoft.Extensions.Logging;

namespace Forewave.Broker;

/// <summary>Puts the parts together that sessions share.</summary>
internal static class EngineParts
{
    public static SessionParts Compose(
        IStore store, BrokerOptions options, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters, FlushList flushes,
        EngineSurroundings surroundings)
    {
        var logger = loggers.CreateLogger("Forewave.Broker");
        var metrics = new BrokerMetrics(meters);
        var health = new PartitionHealth(logger, surroundings.Threads);
        var producers = new ProducerDirectory(store, options, time);
        var settings = new SettingDirectory(store, options, time, loggers.CreateLogger(SettingLog.Category));
        var memory = new MemoryWatch(surroundings.Memory, () => settings.Terms.Options.ShedMemoryBytes, time, loggers.CreateLogger(SettingLog.Category));
        var sessions = new SessionRegistry(options.MaxConnections);
        var queues = new QueueCatalogue(store, options, logger) { Live = () => settings.Terms };
        var keys = new KeyStage(store, options, queues, time, logger);
        var delivery = new DeliveryLoops(Configured(options, new DeliverySetting
        {
            Store = store,
            Time = time,
            Producers = producers,
            NextId = queues.NextId,
            HasQueue = id => queues.Find(id) is not null,
            IsTraced = options.Tracing ? id => settings.Terms.Options.Tracing && queues.IsTraced(id) : null,
            Consumes = id => queues.Find(id) is not { } queue || settings.Terms.Consumes(queue),
            Meters = meters,
            Loggers = loggers,
            Keys = keys.Dispatch,
            Threads = surroundings.Threads,
            Seed = surroundings.Seed,
        }));
        var lengths = new QueueLengths(delivery.Of, time);
        var ids = new DeduplicationStage(store, DeduplicationTerms.For(options), time, queues.WindowOf, logger, surroundings.Seed);
        queues.WindowGrew = ids.WindowGrew;
        var terms = new PublishTerms(CapabilitiesOf(options), time, store.Partition, new PublishGate(settings, memory, lengths, time));
        var scheduling = new Scheduler(store, time, metrics, logger, id => queues.Find(id)?.Options.LifeBits ?? 0);
        var transactions = new TransactionStage(store, time, metrics, logger, id => queues.Find(id)?.Options.LifeBits) { Gate = terms.Gate, Ids = new PreparedIds(store, ids) };
        var users = new UserDirectory(store, options, loggers.CreateLogger(UserLog.Category));
        var access = new AccessMetrics(metrics.Meter);
        var messages = new MessageLookup(store, queues, delivery, scheduling);
        return new SessionParts
        {
            Store = store,
            Options = options,
            Ingest = new IngestStage(store, health, ids, flushes, metrics, terms),
            Producers = producers,
            Queues = queues,
            Slots = new QueueSlots(queues, options.Cluster, store.Partition),
            Delivery = delivery,
            Deduplication = ids,
            FrameMemory = new FrameMemory(options.FrameMemoryBytes),
            Scheduling = scheduling,
            Transactions = transactions,
            Flushes = flushes,
            PublishTerms = terms,
            Messages = messages,
            Traces = new TraceReading(store, delivery, messages),
            Outcomes = new OutcomeStage(messages, delivery.Outcomes, time, metrics, options.MaxOutcomeWaits),
            Search = new SearchStage(keys, delivery, scheduling, time),
            Users = users,
            Settings = settings,
            LogIns = new LogIns(users, options, time, access),
            Access = access,
            Sessions = sessions,
            Drain = new DrainState(sessions, time, loggers.CreateLogger(SettingLog.Category)),
            Memory = memory,
            Quotas = new UserQuotas(settings, time),
            Lengths = lengths,
            Health = health, Metrics = metrics, Time = time, Threads = surroundings.Threads, Logger = logger, AuditLogger = loggers.CreateLogger(AuditLog.Category),
        };
    }

    private static DeliverySetting Configured(BrokerOptions options, DeliverySetting setting) => setting with
    {
        Loops = options.DeliveryLoops,
        Expires = options.Expiry,
        ReplayBytesPerSecond = options.ReplayBytesPerSecond,
        DeadUndoWindow = WindowOf(options),
        CursorMemory = new CursorMemory(options.CursorMemoryBytes),
    };

    private static MessageCapabilities CapabilitiesOf(BrokerOptions options) => (options.Scheduling ? MessageCapabilities.Delays : MessageCapabilities.None)
        | (options.Ordering ? MessageCapabilities.Ordering : MessageCapabilities.None)
        | (options.Priorities ? MessageCapabilities.Priorities : MessageCapabilities.None)
        | (options.Expiry ? MessageCapabilities.Expiry : MessageCapabilities.None)
        | (options.Deduplication ? MessageCapabilities.Deduplication : MessageCapabilities.None);

    /// <summary>A letter is not kept for an undo after it would have been let go.</summary>
    private static TimeSpan WindowOf(BrokerOptions options) => !options.DeadOperations || options.DeadUndoWindow < TimeSpan.Zero
        ? TimeSpan.Zero
        : options.DeadUndoWindow > Limits.DeadLetterRetention ? Limits.DeadLetterRetention : options.DeadUndoWindow;
}
