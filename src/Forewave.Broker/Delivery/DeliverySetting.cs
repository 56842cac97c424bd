using System.Diagnostics.Metrics;
using Forewave.Broker.Ingest;
using Forewave.Storage;
using Microsoft.Extensions.Logging;

namespace Forewave.Broker.Delivery;

/// <summary>What delivery works with; given once by the engine.</summary>
internal sealed record DeliverySetting
{
    /// <summary>The log and the queue index.</summary>
    public required IStore Store { get; init; }

    /// <summary>Both clocks and the timers.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Names of producers, for deliveries.</summary>
    public required IProducerNames Producers { get; init; }

    /// <summary>Gives the next number for a group or an index of dead letters; from any thread.</summary>
    public required Func<uint> NextId { get; init; }

    /// <summary>Whether a queue's number is in use; from any thread. Numbers are never used again.</summary>
    public Func<uint, bool> HasQueue { get; init; } = static _ => true;

    /// <summary>Makes the meter.</summary>
    public required IMeterFactory Meters { get; init; }

    /// <summary>Makes the log.</summary>
    public required ILoggerFactory Loggers { get; init; }

    /// <summary>Who runs the loops. Default: the thread pool.</summary>
    public ILoopThreads Threads { get; init; } = PoolThreads.Shared;

    /// <summary>How many loops. Default: one for each core.</summary>
    public int Loops { get; init; } = Environment.ProcessorCount;

    /// <summary>Unsettled messages of one group before it gets no first deliveries. Default: 1,000,000.</summary>
    public int MaxUnsettled { get; init; } = Protocol.Limits.UnsettledPerGroup;

    /// <summary>Blocks of 64 offsets that one group's cursor may keep before it gets no first deliveries. Default: 262,144.</summary>
    public int MaxCursorBlocks { get; init; } = 262_144;

    /// <summary>Ordering keys that one group may have parked before it gets no first deliveries. Default: 10,000.</summary>
    public int MaxParkedKeys { get; init; } = Protocol.Limits.ParkedKeysPerGroup;

    /// <summary>Commands that may wait for one loop before sessions stop reading. Default: 65,536.</summary>
    public int MailboxCapacity { get; init; } = 65_536;

    /// <summary>Memory of all groups of one loop for what they read from disk. Default: 64 MiB.</summary>
    public long ColdReadBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>Seed of the jitter of back-offs; null: random. A seed makes runs repeatable.</summary>
    public int? Seed { get; init; }
}
