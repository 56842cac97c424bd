using System.Globalization;
using Forewave.Broker;
using Forewave.Protocol;

namespace Forewave.Server.Configuration;

/// <summary>All settings of the broker, and how each is read. Where they come from is <see cref="BrokerConfiguration"/>'s.</summary>
internal static class BrokerSettings
{
    private const long Mebibyte = 1024 * 1024;
    private static readonly SettingRange FromOne = new() { Least = 1, Most = int.MaxValue };
    private static readonly SettingRange From16Mebibytes = new() { Least = 16 * Mebibyte, Most = long.MaxValue };

    /// <summary>Every setting.</summary>
    public static IReadOnlyList<BrokerSetting> All { get; } =
    [
        new("data", options => options.DataFolder, (options, text) => options with { DataFolder = Folder(text) }),
        new("backupFolder", options => options.BackupFolder ?? "", (options, text) => options with { BackupFolder = Given(text) }),
        new("store", options => options.Store == StoreKind.MySql ? "mysql" : "files", (options, text) => options with { Store = Store(text) }),
        new("mysql", options => WithoutPassword(options.MySql), (options, text) => options with { MySql = text }),
        new("zookeeper", options => options.ZooKeeper ?? "", (options, text) => options with { ZooKeeper = Given(text) }),
        Duration("zookeeperSession", TimeSpan.FromMinutes(1), options => options.ZooKeeperSession, (options, time) => options with { ZooKeeperSession = time }),
        Number("partition", new SettingRange { Least = 0, Most = Limits.MaxPartition }, options => options.Partition, (options, number) => options with { Partition = (int)number }),
        new("broker", options => options.Broker ?? "", (options, text) => options with { Broker = Given(text) }),
        new("peerMysql", options => WithoutPassword(options.PeerMySql), (options, text) => options with { PeerMySql = Given(text) }),
        new("advertise", options => options.Advertise ?? "", (options, text) => options with { Advertise = Given(text) }),
        Duration("slavePatience", TimeSpan.FromMinutes(1), options => options.SlavePatience, (options, time) => options with { SlavePatience = time }),
        new("listen", options => options.Listen ?? "", (options, text) => options with { Listen = text }),
        new("http", options => options.Http ?? "", (options, text) => options with { Http = text }),
        Switch("httpApi", options => options.HttpApi, (options, on) => options with { HttpApi = on }),
        Number("maxHttpConnections", FromOne, options => options.MaxHttpConnections, (options, number) => options with { MaxHttpConnections = (int)number }),
        Number("httpBodyMemoryBytes", From16Mebibytes, options => options.HttpBodyMemoryBytes, (options, number) => options with { HttpBodyMemoryBytes = number }),
        Switch("insecure", options => options.Insecure, (options, on) => options with { Insecure = on }),
        new("tlsCertificate", options => options.TlsCertificate ?? "", (options, text) => options with { TlsCertificate = Given(text) }),
        new("tlsKey", options => options.TlsKey ?? "", (options, text) => options with { TlsKey = Given(text) }),
        new("tlsAuthority", options => options.TlsAuthority ?? "", (options, text) => options with { TlsAuthority = Given(text) }),
        Switch("users", options => options.Users, (options, on) => options with { Users = on }),
        Switch("liveSettings", options => options.LiveSettings, (options, on) => options with { LiveSettings = on }),
        new("clusterTokenFile", options => options.ClusterTokenFile ?? "", (options, text) => options with { ClusterTokenFile = Given(text) }),
        Switch("createQueues", options => options.CreateQueues, (options, on) => options with { CreateQueues = on }),
        Switch("scheduling", options => options.Scheduling, (options, on) => options with { Scheduling = on }),
        Switch("ordering", options => options.Ordering, (options, on) => options with { Ordering = on }),
        Switch("groupControl", options => options.GroupControl, (options, on) => options with { GroupControl = on }),
        Switch("expiry", options => options.Expiry, (options, on) => options with { Expiry = on }),
        Switch("deduplication", options => options.Deduplication, (options, on) => options with { Deduplication = on }),
        Number("deduplicationMemoryBytes", From16Mebibytes, options => options.DeduplicationMemoryBytes, (options, number) => options with { DeduplicationMemoryBytes = number }),
        Switch("priorities", options => options.Priorities, (options, on) => options with { Priorities = on }),
        Switch("tracing", options => options.Tracing, (options, on) => options with { Tracing = on }),
        Switch("outcomes", options => options.Outcomes, (options, on) => options with { Outcomes = on }),
        Switch("transactions", options => options.Transactions, (options, on) => options with { Transactions = on }),
        Switch("deadOperations", options => options.DeadOperations, (options, on) => options with { DeadOperations = on }),
        Duration("deadUndoWindow", TimeSpan.FromDays(30), options => options.DeadUndoWindow, (options, time) => options with { DeadUndoWindow = time }),
        Number("maxOutcomeWaits", FromOne, options => options.MaxOutcomeWaits, (options, number) => options with { MaxOutcomeWaits = (int)number }),
        Switch("search", options => options.Search, (options, on) => options with { Search = on }),
        Number("keyIndexMemoryBytes", new SettingRange { Least = Mebibyte, Most = long.MaxValue }, options => options.KeyIndexMemoryBytes, (options, number) => options with { KeyIndexMemoryBytes = number }),
        Number("maxQueues", FromOne, options => options.MaxQueues, (options, number) => options with { MaxQueues = (int)number }),
        Number("maxConnections", new SettingRange { Least = 1, Most = Limits.MaxConnections }, options => options.MaxConnections, (options, number) => options with { MaxConnections = (int)number }),
        new("minSdkVersions", options => options.MinSdkVersions ?? "", (options, text) => options with { MinSdkVersions = SdkVersionList.Check(text) }),
        Number("frameMemoryBytes", From16Mebibytes, options => options.FrameMemoryBytes, (options, number) => options with { FrameMemoryBytes = number }),
        Number("cursorMemoryBytes", From16Mebibytes, options => options.CursorMemoryBytes, (options, number) => options with { CursorMemoryBytes = number }),
        Number("shedMemoryBytes", new SettingRange { Least = Limits.LeastShedMemoryBytes, Most = long.MaxValue, OrZero = true }, options => options.ShedMemoryBytes, (options, number) => options with { ShedMemoryBytes = number }),
        Number("groupMetrics", new SettingRange { Least = 0, Most = 10_000 }, options => options.GroupMetrics, (options, number) => options with { GroupMetrics = (int)number }),
        Number("queueMetrics", new SettingRange { Least = 0, Most = 10_000 }, options => options.QueueMetrics, (options, number) => options with { QueueMetrics = (int)number }),
        Switch("metrics", options => options.Metrics, (options, on) => options with { Metrics = on }),
        .. TelemetrySettings.All,
        Number("replayBytesPerSecond", new SettingRange { Least = 64 * 1024, Most = long.MaxValue }, options => options.ReplayBytesPerSecond, (options, number) => options with { ReplayBytesPerSecond = number }),
        Duration("stopGrace", TimeSpan.FromHours(1), options => options.StopGrace, (options, time) => options with { StopGrace = time }),
        Number("recentMemoryBytes", new SettingRange { Least = 16 * Mebibyte, Most = int.MaxValue - 1 }, options => options.RecentMemoryBytes, (options, number) => options with { RecentMemoryBytes = (int)number }),
        Number("minFreeBytes", new SettingRange { Least = 0, Most = long.MaxValue }, options => options.MinFreeBytes, (options, number) => options with { MinFreeBytes = number }),
        Duration("addedSyncTime", TimeSpan.FromSeconds(10), options => options.AddedSyncTime, (options, time) => options with { AddedSyncTime = time }),
    ];

    /// <summary>The setting with a key, or null. Keys are spelled exactly.</summary>
    public static BrokerSetting? Find(string key) => All.FirstOrDefault(setting => setting.Key == key);

    /// <summary>What a broker was started with, and who said so; what is secret in it is masked.</summary>
    public static StartSetting[] Started(ForewaveBrokerOptions options)
    {
        ForewaveBrokerOptions defaults = new();
        return [.. All.Select(setting => StartedOf(setting, setting.Show(options)))];

        StartSetting StartedOf(BrokerSetting setting, string value) => new()
        {
            Key = setting.Key, Value = value,
            Source = options.Sources?.GetValueOrDefault(setting.Key) ?? (value == setting.Show(defaults) ? SettingValue.Default : "program"),
        };
    }

    private static string Folder(string text) => text.Length > 0 ? text : throw new FormatException("a data folder has a path");

    internal static string? Given(string text) => text.Length > 0 ? text : null;

    private static StoreKind Store(string text) => text switch
    {
        "files" => StoreKind.Files,
        "mysql" => StoreKind.MySql,
        _ => throw new FormatException("a store is files or mysql"),
    };

    internal static BrokerSetting Switch(string key, Func<ForewaveBrokerOptions, bool> get, Func<ForewaveBrokerOptions, bool, ForewaveBrokerOptions> set) =>
        new(key, options => get(options) ? "true" : "false", (options, text) => set(options, ReadSwitch(text)));

    private static BrokerSetting Number(
        string key, SettingRange range, Func<ForewaveBrokerOptions, long> get, Func<ForewaveBrokerOptions, long, ForewaveBrokerOptions> set) =>
        new(key, options => get(options).ToString(CultureInfo.InvariantCulture), (options, text) => set(options, range.Read(text)));

    internal static BrokerSetting Duration(
        string key, TimeSpan most, Func<ForewaveBrokerOptions, TimeSpan> get, Func<ForewaveBrokerOptions, TimeSpan, ForewaveBrokerOptions> set) =>
        new(key, options => DurationText.Format(get(options)), (options, text) => set(options, ReadDuration(text, most)));

    private static bool ReadSwitch(string text) =>
        bool.TryParse(text, out bool on) ? on : throw new FormatException("it is true or false");

    private static TimeSpan ReadDuration(string text, TimeSpan most) =>
        DurationText.TryParse(text, out var duration) && duration <= most
            ? duration
            : throw new FormatException($"it is a duration such as 500ms, 5s, 30m, 2h or 7d, at most {DurationText.Format(most)}");

    private static string WithoutPassword(string? where) => where is null
        ? ""
        : string.Join(';', where.Split(';').Select(word => word.TrimStart().StartsWith("password=", StringComparison.OrdinalIgnoreCase) ? "password=…" : word));
}
