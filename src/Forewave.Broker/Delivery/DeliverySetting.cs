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

    /// <summary>Whether a queue's deliveries and settles are to be traced; from any thread. Null: no queue's are.</summary>
    public Func<uint, bool>? IsTraced { get; init; }

    /// <summary>Whether a queue's messages are handed out; from any thread.</summary>
    public Func<uint, bool> Consumes { get; init; } = static _ => true;

    /// <summary>Makes the meter.</summary>
    public required IMeterFactory Meters { get; init; }

    /// <summary>Makes the log.</summary>
    public required ILoggerFactory Loggers { get; init; }

    /// <summary>Messages expire. Default: yes.</summary>
    public bool Expires { get; init; } = true;

    /// <summary>Takes the keys of messages as they get their offsets; null: nobody does.</summary>
    public Search.Keys.KeyDispatch? Keys { get; init; }

    /// <summary>Who runs the loops. Default: the thread pool.</summary>
    public ILoopThreads Threads { get; init; } = SharedThreads.Instance;

    /// <summary>How many loops. Default: one for each core.</summary>
    public int Loops { get; init; } = Environment.ProcessorCount;

    /// <summary>Unsettled messages of one group before it gets no first deliveries. Default: 1,000,000.</summary>
    public int MaxUnsettled { get; init; } = Protocol.Limits.UnsettledPerGroup;

    /// <summary>Memory that one group's cursor may take before it gets no first deliveries. Default: 64 MiB.</summary>
    public long MaxCursorBytes { get; init; } = Protocol.Limits.GroupMemoryBytes;

    /// <summary>Memory of the cursors of all groups of all loops. Default: 512 MiB.</summary>
    public Cursors.CursorMemory CursorMemory { get; init; } = new(Protocol.Limits.CursorMemoryBytes);

    /// <summary>Ordering keys that one group may have parked before it gets no first deliveries. Default: 10,000.</summary>
    public int MaxParkedKeys { get; init; } = Protocol.Limits.ParkedKeysPerGroup;

    /// <summary>Dead letters of one group before it gets no first deliveries. Default: 1,000,000.</summary>
    public int MaxDeadLetters { get; init; } = Protocol.Limits.DeadLettersPerGroup;

    /// <summary>Whether messages are handed out that have just come: those who catch up make room for them.</summary>
    public LiveDeliveries Live { get; } = new();

    /// <summary>How long a purge of dead letters can be undone. Default: not at all.</summary>
    public TimeSpan DeadUndoWindow { get; init; }

    /// <summary>Commands that may wait for one loop before sessions stop reading. Default: 65,536.</summary>
    public int MailboxCapacity { get; init; } = 65_536;

    /// <summary>Memory of all groups of one loop for what they read from disk. Default: 64 MiB.</summary>
    public long ColdReadBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>Bytes that the replays of all loops read in a second, all together. Default: 32 MiB.</summary>
    public long ReplayBytesPerSecond { get; init; } = Protocol.Limits.ReplayReadBytes;

    /// <summary>Seed of the jitter of back-offs; null: random. A seed makes runs repeatable.</summary>
    public int? Seed { get; init; }
}
