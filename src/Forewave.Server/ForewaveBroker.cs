using System.IO.Pipelines;
using System.Net;
using Forewave.Broker;
using Forewave.Broker.Sessions;
using Forewave.Client;
using Forewave.Coordination.Members;
using Forewave.Protocol;
using Forewave.Server.Configuration;
using Forewave.Server.Diagnosis;
using Forewave.Server.Diagnosis.Checks;
using Forewave.Server.Export;
using Forewave.Server.Http;
using Forewave.Server.Http.Requests;
using Forewave.Server.Http.Routing;
using Forewave.Server.Listeners;
using Forewave.Server.Members;
using Forewave.Server.Metrics;
using Forewave.Storage;
using Forewave.Storage.Backups;
using Forewave.Storage.Files;
using Forewave.Storage.Files.Disk;
using Forewave.Storage.MySql;
using Forewave.Storage.MySql.Replication;
using Microsoft.Extensions.Logging;

namespace Forewave.Server;

/// <summary>
/// A broker: alone in its process as <c>forewave serve</c>, or inside an application of its user.
/// <para>
/// Life: <see cref="StartAsync"/> once, then clients, then <see cref="StopAsync"/> or disposal, which stops without the grace.
/// All members are thread-safe. A start that throws leaves nothing running; what it threw says what to do.
/// </para>
/// </summary>
public sealed class ForewaveBroker : IAsyncDisposable
{
    // Each queue is a table there.
    private const int MaxTables = 1_000;

    private readonly ForewaveBrokerOptions _options;
    private readonly ILogger _logger;
    private readonly BrokerMeters _meters = new();
    private readonly MetricCollector? _metrics;
    private readonly BrokerReadiness _readiness = new();
    private readonly Func<IDisk> _openDisk;
    private readonly CancellationTokenSource _end = new();
    private readonly PartitionDoor _door;
    private BrokerEngine? _engine;
    private MemberHost? _member;
    private ClusterHost? _cluster;
    private MemoryConnections? _memory;
    private KestrelHost? _host;
    private HttpApi? _api;
    private TelemetryExport? _telemetry;
    private TlsCertificate? _tls;
    private int _state;

    /// <summary>Nothing is opened yet.</summary>
    public ForewaveBroker(ForewaveBrokerOptions options)
        : this(options, () => PosixDisk.OpenFolder(options.DataFolder))
    {
    }

    /// <param name="options">Its settings; the data folder is not used.</param>
    /// <param name="openDisk">The disk in its place.</param>
    internal ForewaveBroker(ForewaveBrokerOptions options, Func<IDisk> openDisk)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _openDisk = openDisk;
        _logger = options.LoggerFactory.CreateLogger("Forewave.Server");
        _metrics = options.Metrics && options.Http is not null ? new MetricCollector(_meters) : null;
        _door = new PartitionDoor(() => _member?.Where() ?? "this broker does not serve the partition yet", options.TimeProvider);
    }

    /// <summary>Where frames are taken, with the port that was taken for 0; null without a listener or before the start.</summary>
    public IPEndPoint? ListenAddress => _host?.Listen;

    /// <summary>Where HTTP is served; null without it or before the start.</summary>
    public IPEndPoint? HttpAddress => _host?.Http;

    /// <summary>
    /// Cancelled when the partition has stopped after a failure (of the disk, or of the broker itself): it takes nothing any
    /// more until a new broker is started on the folder. <see cref="Failure"/> says why.
    /// </summary>
    public CancellationToken Failed => IsMember ? CancellationToken.None : Engine.Failed;

    /// <summary>Why the partition stopped; null while it works.</summary>
    public Exception? Failure => IsMember ? null : Engine.Failure;

    // Of a broker group: what fails is opened again, here or by the other broker.
    private bool IsMember => _options.ZooKeeper is not null;

    private BrokerEngine Engine => _engine ?? throw new InvalidOperationException("the broker was not started");

    /// <summary>
    /// Opens the data folder, recovers what is in it and takes connections. The time that takes depends on what was written
    /// since the last checkpoint, not on the backlog.
    /// </summary>
    /// <exception cref="ForewaveException">
    /// The folder is in use or unusable, or its format is newer; an address is taken by another process or is not of this host
    /// (<c>AddressUnusable</c>); other hosts reach an address, and the broker has no users (<c>UsersMissing</c>). The message says what to do.
    /// </exception>
    /// <exception cref="ArgumentException">An address cannot be read, or is not allowed where nobody is asked who it is.</exception>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        if (Interlocked.CompareExchange(ref _state, 1, 0) != 0)
            throw new InvalidOperationException("a broker is started once");
        var addresses = ListenPlan.Of(_options);
        int maxConnections = Math.Min(_options.MaxConnections, OpenFiles.MaxConnections());
        addresses.CheckFree();
        try
        {
            _tls = TlsCertificate.Open(_options, _logger);
            _telemetry = TelemetryExport.Start(_options, _meters, _logger);
            if (IsMember)
                FollowCluster();
            else
                _door.Open(_engine = await OpenEngineAsync(maxConnections, cancellation));
            if (_engine is { } alone)
                addresses.CheckUsers(alone.AsksUsers, _options);
            // Of a cluster the users are known later.
            if (_tls is null && addresses.OpenTo is { } open && (_engine?.AsksUsers ?? _options is { Users: true, Insecure: false }))
                ServerLog.SecretsInPlain(_logger, open);
            _memory = new MemoryConnections(_door, _end.Token);
            _readiness.Set(Readiness.Ready);
            HttpConnectionCount connections = new();
            var guard = GuardOf(addresses.Http);
            _api = addresses.Http is not null && _options.HttpApi ? OpenApi(_memory, guard, connections) : null;
            HostParts parts = new(_door, _readiness, _options.LoggerFactory, _end.Token)
            {
                Guard = guard, Tls = _tls, Api = _api, Metrics = _metrics, MaxHttpConnections = _options.MaxHttpConnections, HttpConnections = connections,
            };
            _host = await KestrelHost.StartAsync(addresses, parts, cancellation);
            if (IsMember)
                JoinGroup(maxConnections);
        }
        catch (Exception failure)
        {
            await DisposeAsync();
            throw AsForewave(failure);
        }
        ServerLog.Started(_logger, ListenAddress?.ToString() ?? "none", maxConnections, HttpAddress?.ToString() ?? "none");
    }

    /// <summary>Looks at addresses and at the words of a database, and opens nothing.</summary>
    /// <exception cref="ArgumentException">One of them cannot be read, or is not allowed.</exception>
    internal static void Check(ForewaveBrokerOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.Partition);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Partition, Limits.MaxPartition);
        ListenPlan.Of(options);
        if (options.TlsCertificate is null != options.TlsKey is null)
            throw new ArgumentException("tlsCertificate and tlsKey go together: both are PEM files");
        OtlpTerms.Of(options);
        if (options.Store == StoreKind.MySql)
            Where(options);
        MemberPlan.Check(options, Where);
    }

    /// <summary>
    /// Ends the upgrade of what a store keeps: from then on the version before is refused. Returns the numbers of the steps that were done
    /// now; files have none so far.
    /// </summary>
    /// <exception cref="ForewaveException">The database is not there, or not as it must be.</exception>
    internal static async Task<IReadOnlyList<int>> FinalizeUpgradeAsync(ForewaveBrokerOptions options, CancellationToken cancellation)
    {
        try
        {
            return options.Store == StoreKind.MySql ? await MySqlUpgrade.FinalizeAsync(Where(options), options.TimeProvider, cancellation) : [];
        }
        catch (StoreException failure)
        {
            throw AsForewave(failure);
        }
    }

    /// <summary>
    /// Connects a client in this process; to be given to a client as its connector. The pipe ends when either side completes it.
    /// </summary>
    /// <exception cref="ForewaveException">The broker is not running.</exception>
    public ValueTask<IDuplexPipe> ConnectAsync(CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        return _memory is { } memory && Volatile.Read(ref _state) == 1
            ? new ValueTask<IDuplexPipe>(memory.Connect())
            : throw new ForewaveException(ErrorCode.ShuttingDown, "the broker in this process is not running");
    }

    /// <summary>
    /// Stops cleanly: takes no further connections, tells the clients to go away, lets them finish for
    /// <see cref="ForewaveBrokerOptions.StopGrace"/> and takes a last checkpoint. Cancelling cuts the grace short; nothing is
    /// lost by that. Calling it again does nothing.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellation = default)
    {
        if (Interlocked.Exchange(ref _state, 2) != 1)
            return;
        await StopPartsAsync(cancellation);
    }

    /// <summary>Stops at once; all that was acknowledged is there when a broker is started on the folder again.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(new CancellationToken(canceled: true));

    private async Task StopPartsAsync(CancellationToken cancellation)
    {
        _readiness.Set(Readiness.Stopping);
        if (_door.Engine is { } engine)
            await engine.StopAsync(cancellation);
        if (_member is not null)
            await _member.DisposeAsync();
        if (_cluster is not null)
            await _cluster.DisposeAsync();
        await _end.CancelAsync();
        if (_api is not null)
            await _api.DisposeAsync();
        if (_memory is not null)
            await _memory.EndAsync();
        if (_host is not null)
            await _host.StopAsync();
        if (_telemetry is not null)
            await _telemetry.DisposeAsync();
        _tls?.Dispose();
        _metrics?.Dispose();
        _meters.Dispose();
        _end.Dispose();
    }

    private UserGuard GuardOf(ListenAddress? address) =>
        new(new SameSiteGuard(checksHost: address is { IsLoopback: true } && !_options.Insecure), _door)
        {
            AsksElsewhere = _options.ClusterTokenFile is not null, IsInsecure = _options.Insecure,
        };

    private HttpApi OpenApi(MemoryConnections connections, UserGuard guard, HttpConnectionCount count)
    {
        BodyMemory memory = new(Math.Max(_options.HttpBodyMemoryBytes, 2L * Limits.FrameBytes));
        return new HttpApi(new HttpApiParts
        {
            Links = new HttpLinks(connections, _options.TimeProvider, _cluster is null ? null : WayOf(_cluster, connections)),
            Guard = guard,
            Memory = memory,
            Faults = new HttpFaults(_logger),
            Audit = new HttpAudit(_options.LoggerFactory.CreateLogger(HttpAudit.Category)),
            Metrics = new HttpMetrics(_meters, memory, count),
            Readiness = _readiness,
            Door = _door,
            Member = () => _member,
            Time = _options.TimeProvider,
        });
    }

    private ClusterWay WayOf(ClusterHost cluster, MemoryConnections connections) =>
        new(cluster.View, connections, _door, () => _options.Advertise ?? ListenAddress?.ToString())
        {
            Home = PartitionOf(_options), TokenFile = _options.ClusterTokenFile,
            Tls = _options.TlsCertificate is null ? null : new ForewaveTls { AuthorityFile = _options.TlsAuthority },
        };

    private async ValueTask<BrokerEngine> OpenEngineAsync(int maxConnections, CancellationToken cancellation)
    {
        var store = OpenStore();
        try
        {
            var engine = EngineOn(store, maxConnections, _meters);
            await engine.StartAsync(cancellation);
            return engine;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    private BrokerEngine EngineOn(IStore store, int maxConnections, BrokerMeters meters) =>
        new(store, EngineOptions(maxConnections), _options.TimeProvider, _options.LoggerFactory, meters);

    private void FollowCluster()
    {
        _cluster = new ClusterHost(MemberPlan.ZooKeeperOf(_options), Told, _options.TimeProvider);
        _door.Routes = () => _cluster.View.Routes;
        _door.ChangedAsync = _cluster.View.ChangedAsync;
        RouteMetrics.Add(_meters, _cluster.Following);
    }

    private void Told(string text) => ServerLog.Member(_logger, text);

    private void JoinGroup(int maxConnections)
    {
        _member = _options.PeerMySql is { } peer ? OneOfTwo(peer, maxConnections, Told) : Alone(maxConnections, Told);
        _readiness.Follow(() => _member.Role);
        MemberMetrics.Add(_meters, _member);
        _member.Start();
    }

    private MemberHost OneOfTwo(string peer, int maxConnections, Action<string> told)
    {
        GroupDatabase database = new(MySqlOptions(), peer, Environment.GetEnvironmentVariable);
        MemberService service = new(
            database, MySqlOptions(), (store, meters) => EngineOn(store, maxConnections, meters), _door, _meters, _options.TimeProvider)
        {
            Patience = _options.SlavePatience,
            HandOut = new HandOutTerms
            {
                Session = _options.ZooKeeperSession, Time = _options.TimeProvider, Told = told,
                AskCoordination = end => _member?.HearsAsync(end) ?? Task.FromResult(false),
            },
        };
        return HostOf(new MemberDatabase(database), service, told, database.ReportAsync);
    }

    private MemberHost Alone(int maxConnections, Action<string> told)
    {
        LoneDatabase database = new(_options.Store == StoreKind.MySql ? () => MySqlStore.EpochOf(MySqlOptions()) : () => FilesStore.EpochOf(_openDisk()));
        LoneService service = new(OpenStore, (store, meters) => EngineOn(store, maxConnections, meters), _door, _meters);
        return HostOf(database, service, told, null);
    }

    private MemberHost HostOf(
        IMemberDatabase database, IMemberService service, Action<string> told, Func<CancellationToken, Task<GroupReport>>? report) => new(
        MemberPlan.OptionsOf(_options, (ListenAddress, HttpAddress), told), MemberPlan.ZooKeeperOf(_options), database, service, _options.TimeProvider,
        fault => ServerLog.MemberFaulted(_logger, fault))
    {
        Report = report,
    };

    private IStore OpenStore(Epoch epoch = default) => _options.Store == StoreKind.MySql
        ? new MySqlStore(MySqlOptions().Under(epoch), _options.TimeProvider)
        : OpenFolder(epoch);

    private MySqlStoreOptions MySqlOptions()
    {
        Action<string> told = text => ServerLog.Store(_logger, text);
        return Where(_options) with { RecentMemoryBytes = _options.RecentMemoryBytes, Told = told };
    }

    private static MySqlStoreOptions Where(ForewaveBrokerOptions options)
    {
        try
        {
            return MySqlStoreOptions.Parse(options.MySql ?? "", Environment.GetEnvironmentVariable) with { Partition = PartitionOf(options) };
        }
        catch (FormatException wrong)
        {
            throw new ArgumentException(wrong.Message, wrong);
        }
    }

    // What the runtime says that a process in a container may have is a part of it. 0: there is no limit.
    private static long LimitOfControlGroup() => (long)((ControlGroup.Read(new HostFiles(), "self").LimitBytes ?? 0) * 0.85);

    private static PartitionNumber PartitionOf(ForewaveBrokerOptions options) => new((ushort)options.Partition);

    // Backups within the data folder would be lost with it, and take the room that the log needs.
    private static string? BackupFolderOf(ForewaveBrokerOptions options)
    {
        if (options.BackupFolder is not { } backups)
            return null;
        string data = Path.GetFullPath(options.DataFolder).TrimEnd('/') + '/';
        string other = Path.GetFullPath(backups).TrimEnd('/') + '/';
        if (data.StartsWith(other, StringComparison.Ordinal) || other.StartsWith(data, StringComparison.Ordinal))
            throw new ArgumentException($"backupFolder: '{backups}' and the data folder '{options.DataFolder}' are one in the other; put the backups elsewhere, best on another disk", nameof(options));
        return backups;
    }

    private FilesStore OpenFolder(Epoch epoch)
    {
        var disk = _openDisk();
        if (_options.AddedSyncTime > TimeSpan.Zero)
            disk = new DelayedSyncDisk(disk, _options.AddedSyncTime);
        return new FilesStore(
            new FilesStoreOptions
            {
                Disk = disk, Partition = PartitionOf(_options), Epoch = epoch, RecentMemoryBytes = _options.RecentMemoryBytes, MinFreeBytes = _options.MinFreeBytes,
                BackupFolder = BackupFolderOf(_options) is { } backups ? () => PosixDisk.OpenFolder(backups) : null,
                BackupEnded = BackupEnded,
            },
            _options.TimeProvider);
    }

    private void BackupEnded(BackupProgress backup)
    {
        if (backup.State == BackupState.Done)
            ServerLog.BackupDone(_logger, backup.Number, backup.CopiedBytes, backup.End, backup.ReusedBytes);
        else
            ServerLog.BackupEnded(_logger, backup.Number, backup.State, backup.Problem ?? "nothing went wrong");
        if (backup.DamagedPositions > 0)
            ServerLog.BackupDamaged(_logger, backup.Number, backup.DamagedPositions);
    }

    private BrokerOptions EngineOptions(int maxConnections) => new()
    {
        StartSettings = BrokerSettings.Started(_options),
        MaxQueuesOfStore = _options.Store == StoreKind.MySql ? MaxTables : int.MaxValue,
        Cluster = _cluster?.View,
        Users = _options.Users,
        LiveSettings = _options.LiveSettings,
        Insecure = _options.Insecure,
        CreateQueues = _options.CreateQueues,
        Ordering = _options.Ordering,
        GroupControl = _options.GroupControl,
        Deduplication = _options.Deduplication,
        DeduplicationMemoryBytes = _options.DeduplicationMemoryBytes,
        Search = _options.Search,
        KeyIndexMemoryBytes = _options.KeyIndexMemoryBytes,
        Scheduling = _options.Scheduling,
        Expiry = _options.Expiry,
        Priorities = _options.Priorities,
        Outcomes = _options.Outcomes,
        Tracing = _options.Tracing,
        Transactions = _options.Transactions,
        DeadOperations = _options.DeadOperations,
        DeadUndoWindow = _options.DeadUndoWindow,
        MaxOutcomeWaits = _options.MaxOutcomeWaits,
        MaxQueues = _options.Store == StoreKind.MySql ? Math.Min(_options.MaxQueues, MaxTables) : _options.MaxQueues,
        MaxConnections = maxConnections,
        LeastSdkVersions = SdkVersionList.Read(_options.MinSdkVersions),
        FrameMemoryBytes = _options.FrameMemoryBytes,
        CursorMemoryBytes = _options.CursorMemoryBytes,
        ShedMemoryBytes = _options.ShedMemoryBytes > 0 ? _options.ShedMemoryBytes : LimitOfControlGroup(),
        GroupMetrics = _options.GroupMetrics,
        QueueMetrics = _options.QueueMetrics,
        ReplayBytesPerSecond = _options.ReplayBytesPerSecond,
        StopGrace = _options.StopGrace,
    };

    private static Exception AsForewave(Exception failure) => failure switch
    {
        StoreException store => new ForewaveException(store.Error, store.Message, store),
        DiskException { Kind: DiskErrorKind.DiskFull } full => new ForewaveException(ErrorCode.DiskFull, full.Message, full),
        DiskException disk => new ForewaveException(ErrorCode.FolderUnusable, disk.Message, disk),
        _ => failure,
    };
}
