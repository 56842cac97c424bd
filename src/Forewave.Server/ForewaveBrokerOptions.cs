using Forewave.Protocol;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Forewave.Server;

/// <summary>
/// The settings of a <see cref="ForewaveBroker"/>; the same that <c>forewave serve</c> takes from its flags, its environment
/// and its configuration file. Valid as it is. Immutable.
/// </summary>
public sealed record ForewaveBrokerOptions
{
    /// <summary>
    /// The folder with the log. Its last name is created if missing; one process at a time may use it.
    /// Default: <c>forewave-data</c> in the working directory.
    /// </summary>
    public string DataFolder { get; init; } = "forewave-data";

    /// <summary>
    /// The folder that the broker may be told to back itself up to; its last name is created if missing. Best on another disk. Null, the
    /// default: none, and backups are refused. docs/operations/backup.md.
    /// </summary>
    public string? BackupFolder { get; init; }

    /// <summary>What keeps the messages. Default: files in <see cref="DataFolder"/>, which is not used otherwise.</summary>
    public StoreKind Store { get; init; }

    /// <summary>
    /// Where the database of <see cref="StoreKind.MySql"/> is: <c>host=db1;user=forewave;password-file=FILE</c>; docs/guides/mysql.md
    /// lists the words. Null, the default: none.
    /// </summary>
    public string? MySql { get; init; }

    /// <summary>
    /// The servers of ZooKeeper, <c>host:port[,host:port…][/path]</c>: the broker is of a cluster, one of two of a broker group with
    /// <see cref="PeerMySql"/>, else its partition's only one. Null, the default: it is alone. docs/guides/cluster.md.
    /// </summary>
    public string? ZooKeeper { get; init; }

    /// <summary>
    /// The partition that it serves, 0 to 1,023: each broker group of a cluster has its own. A data folder or database keeps the one that
    /// it was made with. Default: 0.
    /// </summary>
    public int Partition { get; init; }

    /// <summary>How long ZooKeeper keeps the broker's session without a sign of life; 1 s to 60 s. Default: 4 s.</summary>
    public TimeSpan ZooKeeperSession { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>The broker's name in its group, the same after every start: 1 to 64 characters. Needed with <see cref="ZooKeeper"/>.</summary>
    public string? Broker { get; init; }

    /// <summary>
    /// Where the other broker's database is, with the account of replication, in the words of <see cref="MySql"/>. Null, the default: in
    /// a cluster the broker serves its partition without a slave.
    /// </summary>
    public string? PeerMySql { get; init; }

    /// <summary>Where clients reach the broker, <c>host:port</c>, as its group says it. Null, the default: where it listens.</summary>
    public string? Advertise { get; init; }

    /// <summary>
    /// How long answers wait for a slave that does not answer before the group goes on without it, and for the own database before a slave
    /// in sync may take over; 100 ms to 60 s. Default: 2 s.
    /// </summary>
    public TimeSpan SlavePatience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>For messages: never <see cref="MySql"/>, which may have a password.</summary>
    public override string ToString() =>
        $"{nameof(ForewaveBrokerOptions)} {{ {nameof(Store)} = {Store}, {nameof(DataFolder)} = {DataFolder}, {nameof(Listen)} = {Listen}, {nameof(Http)} = {Http} }}";

    /// <summary>
    /// Where frames are taken, <c>host:port</c>; port 0 takes a free one, see <see cref="ForewaveBroker.ListenAddress"/>.
    /// Null, the default: nowhere; only clients in this process reach the broker.
    /// </summary>
    public string? Listen { get; init; }

    /// <summary>Where HTTP is served (the API, health, metrics), <c>host:port</c>. Null, the default: nowhere.</summary>
    public string? Http { get; init; }

    /// <summary>Queues can be used over HTTP. Off: there are health and metrics alone. Default: yes.</summary>
    public bool HttpApi { get; init; } = true;

    /// <summary>Connections to the HTTP port at most; those beyond are closed at once. From 1. Default: 10,000.</summary>
    public int MaxHttpConnections { get; init; } = Limits.HttpConnections;

    /// <summary>
    /// Memory for bodies of HTTP requests over 64 KiB while they come in, over all connections, in bytes; from 16 MiB. A request that
    /// finds none is refused. Default: 128 MiB.
    /// </summary>
    public long HttpBodyMemoryBytes { get; init; } = Limits.HttpBodyMemoryBytes;

    /// <summary>
    /// Allows addresses that other hosts reach, though the broker has no users to ask for: everybody who reaches it may do everything then.
    /// Where there are users they are asked for all the same. Default: no; then such an address is refused at the start
    /// (<c>UsersMissing</c>), or by a broker of a cluster, which learns of its users later, each connection from another host.
    /// </summary>
    public bool Insecure { get; init; }

    /// <summary>
    /// Where there are users, clients are asked which one they are. Off: nobody is, which is refused where other hosts reach the broker
    /// unless <see cref="Insecure"/> is set; users stay as they are, so this is the way back in when every operator's secret is lost.
    /// Default: on.
    /// </summary>
    public bool Users { get; init; } = true;

    /// <summary>
    /// What was set while the broker ran (<c>forewave config set</c>) counts. Off: it is kept and shown, and can be unset, but what is set here
    /// counts, and nothing more is set live (<c>SettingNotLive</c>): the way back when a live setting keeps everybody out. Default: on.
    /// </summary>
    public bool LiveSettings { get; init; } = true;

    /// <summary>
    /// In a cluster with users: a file with the token, in its first line, by which the HTTP API of this broker is let in by the brokers of
    /// other partitions; its user needs all rights but to operate. Null, the default: it comes as nobody.
    /// </summary>
    public string? ClusterTokenFile { get; init; }

    /// <summary>
    /// A PEM file with the certificate that both listeners show, first, and then those that lead to its authority; with <see cref="TlsKey"/>.
    /// TLS 1.2 or later is needed on both ports then. Looked at every 5 s, and taken up when it has changed. Null, the default: no TLS.
    /// </summary>
    public string? TlsCertificate { get; init; }

    /// <summary>A PEM file with the certificate's key, without a password.</summary>
    public string? TlsKey { get; init; }

    /// <summary>
    /// In a cluster with TLS: a PEM file with the authorities that may sign the other brokers' certificates, which this one's HTTP API goes to.
    /// Null, the default: those of the operating system.
    /// </summary>
    public string? TlsAuthority { get; init; }

    /// <summary>A publish or subscribe to a queue that does not exist makes it. Default: yes.</summary>
    public bool CreateQueues { get; init; } = true;

    /// <summary>
    /// Messages may have ordering keys. Off: publishes with one are refused; what was published before keeps its order. Default:
    /// yes.
    /// </summary>
    public bool Ordering { get; init; } = true;

    /// <summary>
    /// Groups may be paused, limited and given one active consumer. Off: requests for it are refused; what was set before stays.
    /// Default: on.
    /// </summary>
    public bool GroupControl { get; init; } = true;

    /// <summary>Groups that have metrics of their own, the oldest ones, 0 to 10,000; all others are counted together. Default: 1,000.</summary>
    public int GroupMetrics { get; init; } = Limits.GroupMetrics;

    /// <summary>Queues that have metrics of their own, the oldest ones, 0 to 10,000; all others are counted together. Default: 1,000.</summary>
    public int QueueMetrics { get; init; } = Limits.QueueMetrics;

    /// <summary>
    /// Metrics are collected for <c>/metrics</c>, where HTTP is served. Off: that answers 404, and what nobody else listens to is not
    /// counted. Default: yes.
    /// </summary>
    public bool Metrics { get; init; } = true;

    /// <summary>
    /// A collector of OpenTelemetry that metrics and spans are sent to, <c>http://127.0.0.1:4318</c>; with <c>https</c> its certificate must
    /// be valid. Whether it is there or not, nothing that serves clients waits for it. Null, the default: nothing is sent.
    /// </summary>
    public string? Otlp { get; init; }

    /// <summary>How the collector is spoken to. Default: Protocol Buffers over HTTP.</summary>
    public OtlpProtocol OtlpProtocol { get; init; }

    /// <summary>Metrics are sent, where <see cref="Otlp"/> names a collector. Default: yes.</summary>
    public bool OtlpMetrics { get; init; } = true;

    /// <summary>Spans are sent, likewise: those of messages whose trace is recorded, and of HTTP requests. Default: yes.</summary>
    public bool OtlpTraces { get; init; } = true;

    /// <summary>Log lines are sent, likewise, by <c>forewave serve</c>; an application adds that to its own loggers. Default: yes.</summary>
    public bool OtlpLogs { get; init; } = true;

    /// <summary>How often metrics are sent; 100 ms to 1 hour. Default: 60 s.</summary>
    public TimeSpan OtlpInterval { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Bytes that all replays of groups may read in a second, together; from 64 KiB. Default: 32 MiB.</summary>
    public long ReplayBytesPerSecond { get; init; } = Limits.ReplayReadBytes;

    /// <summary>
    /// Messages may expire. Off: publishes with a time of expiry are refused, and nothing expires: what was published before is
    /// delivered. Default: yes.
    /// </summary>
    public bool Expiry { get; init; } = true;

    /// <summary>
    /// Messages may have deduplication ids. Off: publishes with one are refused; ids that were published before are known again
    /// when it is on. Default: yes.
    /// </summary>
    public bool Deduplication { get; init; } = true;

    /// <summary>
    /// Memory for deduplication ids, in bytes; from 16 MiB. It bounds how many are held: 5 for 4 bytes. Default: 64 MiB, 83,886,080
    /// ids.
    /// </summary>
    public long DeduplicationMemoryBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>
    /// Messages may be scheduled for later. Off: publishes that ask for it are refused; what was scheduled before comes out all
    /// the same. Default: on.
    /// </summary>
    public bool Scheduling { get; init; } = true;

    /// <summary>
    /// Messages may have priorities other than 4. Off: publishes with one are refused; what was published before keeps its
    /// priority. Default: yes.
    /// </summary>
    public bool Priorities { get; init; } = true;

    /// <summary>
    /// Clients may wait for what becomes of a message. Off: it is refused; the state at the moment is shown all the same. Default:
    /// yes.
    /// </summary>
    public bool Outcomes { get; init; } = true;

    /// <summary>
    /// Producers may begin transactions. Off: that is refused; those that are open can be decided, and their producers are asked. Default:
    /// yes.
    /// </summary>
    public bool Transactions { get; init; } = true;

    /// <summary>Queues may have their deliveries and settles traced. Off: none is, whatever its options say. Default: yes.</summary>
    public bool Tracing { get; init; } = true;

    /// <summary>
    /// Dead letters may be redriven and purged by operations in the background, and that may be undone. Off: it is refused, what is running
    /// rests, and a purge is for good. Default: yes.
    /// </summary>
    public bool DeadOperations { get; init; } = true;

    /// <summary>How long a purge of dead letters can be undone; zero: not at all, up to 30 days. Default: 1 hour.</summary>
    public TimeSpan DeadUndoWindow { get; init; } = Limits.DeadUndoWindow;

    /// <summary>Waits for outcomes at once, over all connections; from 1. Default: 10,000.</summary>
    public int MaxOutcomeWaits { get; init; } = Limits.OutcomeWaits;

    /// <summary>
    /// Messages are found by key and otherwise. Off: searches are refused and keys are not indexed; what is published meanwhile is
    /// indexed when it is on again. Default: yes.
    /// </summary>
    public bool Search { get; init; } = true;

    /// <summary>
    /// Memory for filters and fences of the key index, in bytes, besides 12 MiB of tables at most. Where it is too small look-ups read
    /// more pages. Default: 32 MiB.
    /// </summary>
    public long KeyIndexMemoryBytes { get; init; } = Limits.KeyIndexMemoryBytes;

    /// <summary>Queues at most; from 1. Default: 100,000.</summary>
    public int MaxQueues { get; init; } = Limits.DefaultQueues;

    /// <summary>
    /// Connections at most; 1 to 50,000. Default: 50,000. Lowered at the start to the limit of open files less 1,000.
    /// </summary>
    public int MaxConnections { get; init; } = Limits.MaxConnections;

    /// <summary>
    /// The least versions of SDKs that are taken, <c>forewave-dotnet=0.2.0,other=1.4</c>; others are refused with <c>SdkTooOld</c>. An SDK that is not
    /// named may have any. Null, the default: all are taken.
    /// </summary>
    public string? MinSdkVersions { get; init; }

    /// <summary>
    /// Memory for frames of more than 16 KiB while they come in, over all connections, in bytes; from 16 MiB. A connection that
    /// finds none is not read until there is. Default: 256 MiB.
    /// </summary>
    public long FrameMemoryBytes { get; init; } = Limits.FrameMemoryBytes;

    /// <summary>
    /// Memory of what all groups have not settled, in bytes; from 16 MiB. When it is used up, groups that take more than 1 MiB of
    /// it get no first deliveries until something is settled. Default: 512 MiB.
    /// </summary>
    public long CursorMemoryBytes { get; init; } = Limits.CursorMemoryBytes;

    /// <summary>How long connections may finish what is in flight when the broker stops. Default: 5 s.</summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Memory for messages that wait to be written or were just written, in bytes; from 16 MiB. Default: 48 MiB.
    /// </summary>
    public int RecentMemoryBytes { get; init; } = 48 * 1024 * 1024;

    /// <summary>Publishes are refused when the disk would have less than this left, in bytes; from 0. Default: 512 MiB.</summary>
    public long MinFreeBytes { get; init; } = 512L * 1024 * 1024;

    /// <summary>
    /// For benchmarks: each sync of the disk takes so much longer, as on a disk across a network. Default: zero.
    /// </summary>
    public TimeSpan AddedSyncTime { get; init; }

    /// <summary>The clock, for everything. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where the broker logs. Default: nowhere.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>
    /// Bytes of memory of the process from which on no messages are taken, until it has a tenth less. 0, the default: 85 % of what the process may
    /// have, by its control group or the machine.
    /// </summary>
    public long ShedMemoryBytes { get; init; }

    /// <summary>Who says what a setting is, by key, where that is known.</summary>
    internal IReadOnlyDictionary<string, string>? Sources { get; init; }
}
