using Forewave.Coordination.Routes;
using Forewave.Protocol;

namespace Forewave.Broker;

/// <summary>What can be set for the engine. Valid as it is; immutable once the engine is made.</summary>
public sealed record BrokerOptions
{
    /// <summary>A publish or subscribe to a queue that does not exist makes it. Default: yes.</summary>
    public bool CreateQueues { get; init; } = true;

    /// <summary>
    /// Clients are asked which user they are, where there are users. Off: whoever reaches the broker may do everything; users and what
    /// changes them stay as they are. Default: on.
    /// </summary>
    public bool Users { get; init; } = true;

    /// <summary>
    /// What was set while the broker ran counts. Off: it is kept, shown and can be unset, and what the broker was started with counts. Default: on.
    /// </summary>
    public bool LiveSettings { get; init; } = true;

    /// <summary>Where nobody is asked who it is, other hosts are served too. Default: no, they are refused.</summary>
    public bool Insecure { get; init; }

    /// <summary>Where the partitions of its cluster are served, and the slots of queues. Null, the default: the broker is alone.</summary>
    public IClusterView? Cluster { get; init; }

    /// <summary>Queues at most. Default: 100,000.</summary>
    public int MaxQueues { get; init; } = Limits.DefaultQueues;

    /// <summary>Queues that the store can have, whatever is set later. Default: as many as are wanted.</summary>
    public int MaxQueuesOfStore { get; init; } = int.MaxValue;

    /// <summary>Connections at most. Default: 50,000; the host lowers it to what open files allow.</summary>
    public int MaxConnections { get; init; } = Limits.DefaultConnections;

    /// <summary>
    /// Memory for frames of more than 16 KiB while they come in, over all connections; a connection that finds none is not read
    /// until there is. Default: 256 MiB.
    /// </summary>
    public long FrameMemoryBytes { get; init; } = Limits.FrameMemoryBytes;

    /// <summary>
    /// Memory of what all groups have not settled; when it is used up, groups with more than 1 MiB get no first deliveries.
    /// Default: 512 MiB.
    /// </summary>
    public long CursorMemoryBytes { get; init; } = Limits.CursorMemoryBytes;

    /// <summary>
    /// Bytes of memory of the process from which on no messages are taken, until it has a tenth less. 0, the default: 85 % of what it may have.
    /// </summary>
    public long ShedMemoryBytes { get; init; }

    /// <summary>
    /// The least version that is taken of an SDK, by its name as hellos have it; a version that cannot be read is too old. Default: none.
    /// </summary>
    public IReadOnlyDictionary<string, string> LeastSdkVersions { get; init; } = new Dictionary<string, string>();

    /// <summary>Producer ids remembered at most. Default: 100,000.</summary>
    public int MaxProducers { get; init; } = Limits.ProducerIds;

    /// <summary>Bytes that the sequences of all producers may take in memory. Default: 64 MiB.</summary>
    public long ProducerMemoryBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>Unanswered requests of one connection before it is no longer read. Default: 1,024.</summary>
    public int RequestsInFlight { get; init; } = Limits.RequestsInFlight;

    /// <summary>Handles of one connection at most. Default: 65,536.</summary>
    public int HandlesPerConnection { get; init; } = Limits.HandlesPerConnection;

    /// <summary>Delivery loops. Default: one for each core.</summary>
    public int DeliveryLoops { get; init; } = Environment.ProcessorCount;

    /// <summary>
    /// Messages may be scheduled for later. Off: publishes that ask for it are refused, and the hello does not offer it; what
    /// was scheduled before comes out all the same. Default: on.
    /// </summary>
    public bool Scheduling { get; init; } = true;

    /// <summary>
    /// Messages may have ordering keys. Off: publishes with one are refused, and the hello does not offer it; what was published
    /// before keeps its order. Default: on.
    /// </summary>
    public bool Ordering { get; init; } = true;

    /// <summary>
    /// Messages may have priorities other than 4. Off: publishes with one are refused, and the hello does not offer it; what was
    /// published before keeps its priority. Default: on.
    /// </summary>
    public bool Priorities { get; init; } = true;

    /// <summary>
    /// Groups may be paused, limited and given one active consumer. Off: requests for it are refused, and the hello does not
    /// offer it; what was set before stays. Default: on.
    /// </summary>
    public bool GroupControl { get; init; } = true;

    /// <summary>Groups that have metrics of their own, the oldest ones, up to 10,000; all others are counted together. Default: 1,000.</summary>
    public int GroupMetrics { get; init; } = Limits.GroupMetrics;

    /// <summary>Queues that have metrics of their own, the oldest ones, 0 to 10,000; all others are counted together. Default: 1,000.</summary>
    public int QueueMetrics { get; init; } = Limits.QueueMetrics;

    /// <summary>Bytes that all replays of groups may read in a second, together; less than 64 KiB counts as that. Default: 32 MiB.</summary>
    public long ReplayBytesPerSecond { get; init; } = Limits.ReplayReadBytes;

    /// <summary>
    /// Messages may expire. Off: publishes with a time of expiry are refused, the hello does not offer it, and nothing expires:
    /// what was published before is delivered. Default: on.
    /// </summary>
    public bool Expiry { get; init; } = true;

    /// <summary>
    /// Messages may have deduplication ids. Off: publishes with one are refused, and the hello does not offer it; ids that were
    /// published before are known again when it is on. Default: on.
    /// </summary>
    public bool Deduplication { get; init; } = true;

    /// <summary>
    /// Bytes that deduplication ids may take in memory, 16 MiB at least: 5 ids for 4 bytes. Default: 64 MiB, 83,886,080 ids.
    /// </summary>
    public long DeduplicationMemoryBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>
    /// A client may wait for what becomes of a message. Off: it is refused, and the hello does not offer it; the state at the moment
    /// is shown all the same. Default: on.
    /// </summary>
    public bool Outcomes { get; init; } = true;

    /// <summary>
    /// Producers may begin transactions. Off: that is refused, and the hello does not offer it; those that are open can be decided, and their
    /// producers are asked. Default: on.
    /// </summary>
    public bool Transactions { get; init; } = true;

    /// <summary>
    /// Queues may have their deliveries and settles traced. Off: none is, whatever its options say. Default: on.
    /// </summary>
    public bool Tracing { get; init; } = true;

    /// <summary>
    /// Dead letters may be redriven and purged by operations in the background, and that may be undone. Off: it is refused, the hello does
    /// not offer it, what is running rests, and a purge is for good; by place or all of them, at once, it goes all the same. Default: on.
    /// </summary>
    public bool DeadOperations { get; init; } = true;

    /// <summary>
    /// How long a purge of dead letters can be undone: so long they stay on the disk. 0: not at all. Up to 30 days. Default: 1 hour.
    /// </summary>
    public TimeSpan DeadUndoWindow { get; init; } = Limits.DeadUndoWindow;

    /// <summary>Waits for outcomes at most, over all connections. Default: 10,000.</summary>
    public int MaxOutcomeWaits { get; init; } = Limits.OutcomeWaits;

    /// <summary>Deduplication ids in a table; null: what the memory allows. Smaller ones show sooner what slices do.</summary>
    internal int? DeduplicationTableIds { get; init; }

    /// <summary>
    /// Messages are found by key and otherwise. Off: searches are refused, the hello does not offer them, and keys are not indexed; what
    /// is published meanwhile is indexed when it is on again. Default: on.
    /// </summary>
    public bool Search { get; init; } = true;

    /// <summary>Bytes of filters and fences of the key index in memory, besides 12 MiB of tables. Default: 32 MiB.</summary>
    public long KeyIndexMemoryBytes { get; init; } = Limits.KeyIndexMemoryBytes;

    /// <summary>Keys in a table of the key index; null: 131,072. Smaller ones show sooner what slices do.</summary>
    internal int? KeyTableEntries { get; init; }

    /// <summary>A checkpoint is taken at least this often when something was written. Default: 5 minutes.</summary>
    public TimeSpan CheckpointInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often old messages are looked for and segments recycled. Default: 10 seconds.</summary>
    public TimeSpan RetentionInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long connections may finish what is in flight after GoAway. Default: 5 seconds.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What the host was started with, to be shown beside what is set later. Default: nothing.</summary>
    public IReadOnlyList<StartSetting> StartSettings { get; init; } = [];

    /// <summary>The version that the hello names. Default: this assembly's.</summary>
    public string Version { get; init; } = typeof(BrokerOptions).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";
}
