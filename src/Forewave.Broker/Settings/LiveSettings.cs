using Forewave.Protocol;
using Forewave.Protocol.Access;

namespace Forewave.Broker.Settings;

/// <summary>All settings that can be changed while the broker runs, and the rules of their names. Stateless.</summary>
internal static class LiveSettings
{
    /// <summary>Every one, in the order of docs/configuration.md.</summary>
    public static IReadOnlyList<LiveSetting> All { get; } =
    [
        LiveSetting.Alone("readOnly", SettingScope.Broker, LiveSetting.Off) with { IsSwitch = false },
        LiveSetting.Alone("publish", SettingScope.Broker | SettingScope.Queues, LiveSetting.On),
        LiveSetting.Alone("consume", SettingScope.Broker | SettingScope.Queues, LiveSetting.On),
        OfQueues("createQueues", options => options.CreateQueues) with { NeedsStart = false },
        OfQueues("scheduling", options => options.Scheduling),
        OfQueues("ordering", options => options.Ordering),
        OfQueues("priorities", options => options.Priorities),
        OfQueues("expiry", options => options.Expiry),
        OfQueues("deduplication", options => options.Deduplication),
        OfQueues("search", options => options.Search),
        LiveSetting.Switch("groupControl", options => options.GroupControl, (options, on) => options with { GroupControl = on }) with { NeedsStart = true },
        LiveSetting.Switch("outcomes", options => options.Outcomes, (options, on) => options with { Outcomes = on }) with { NeedsStart = true },
        LiveSetting.Switch("deadOperations", options => options.DeadOperations, (options, on) => options with { DeadOperations = on }) with { NeedsStart = true },
        LiveSetting.Switch("tracing", options => options.Tracing, (options, on) => options with { Tracing = on }) with { NeedsStart = true },
        LiveSetting.Alone("httpApi", SettingScope.Broker, LiveSetting.On) with
        {
            NeedsStart = true, AtStart = options => options.StartSettings.FirstOrDefault(setting => setting.Key == "httpApi")?.Value ?? LiveSetting.On,
        },
        LiveSetting.Number("shedMemoryBytes", (0, long.MaxValue), options => options.ShedMemoryBytes, (options, number) => options with { ShedMemoryBytes = number }) with
        {
            Read = static text => LiveSetting.ReadBound(text, Limits.LeastShedMemoryBytes),
        },
        LiveSetting.Quota("queueMessagesPerSecond", SettingScope.Broker | SettingScope.Queues),
        LiveSetting.Quota("queueBytesPerSecond", SettingScope.Broker | SettingScope.Queues),
        LiveSetting.Quota("queueLength", SettingScope.Broker | SettingScope.Queues),
        LiveSetting.Quota("userMessagesPerSecond", SettingScope.Broker | SettingScope.User),
        LiveSetting.Quota("userBytesPerSecond", SettingScope.Broker | SettingScope.User),
        LiveSetting.Quota("userConnections", SettingScope.Broker | SettingScope.User),
        LiveSetting.Quota("connectionMessagesPerSecond", SettingScope.Broker),
        LiveSetting.Quota("connectionBytesPerSecond", SettingScope.Broker),
        LiveSetting.Number("maxQueues", (1, int.MaxValue), options => options.MaxQueues, (options, number) => options with { MaxQueues = Least(options.MaxQueuesOfStore, number) }),
        LiveSetting.Number("maxConnections", (1, Limits.MaxConnections), options => options.MaxConnections, (options, number) => options with { MaxConnections = Least(options.MaxConnections, number) }),
        LiveSetting.Number("maxOutcomeWaits", (1, int.MaxValue), options => options.MaxOutcomeWaits, (options, number) => options with { MaxOutcomeWaits = (int)number }),
        new()
        {
            Key = "minSdkVersions", Read = SdkVersions.Check, AtStart = options => SdkVersions.TextOf(options.LeastSdkVersions),
            Apply = (options, text) => options with { LeastSdkVersions = SdkVersions.Read(text) },
        },
    ];

    /// <summary>The setting with a key, or null.</summary>
    public static LiveSetting? Find(string key) => All.FirstOrDefault(setting => setting.Key == key);

    /// <summary>The key of a name.</summary>
    public static string KeyOf(string name) => name.Split('@', 2)[0];

    /// <summary>Gives a value its one spelling, where name and value can be.</summary>
    /// <exception cref="RefusedException">SettingUnknown, SettingNotLive, SettingInvalid. Nothing was changed.</exception>
    public static SettingWish Check(SettingWish wish, BrokerOptions atStart)
    {
        if (wish.Value is not null && !atStart.LiveSettings)
            throw new RefusedException(ErrorCode.SettingNotLive, "the broker was started with liveSettings off: what is set can be unset, and nothing be set.");
        string[] halves = wish.Name.Split('@', 2);
        var setting = Find(halves[0]) ?? throw Unknown(halves[0], atStart);
        if (ProblemOf(setting, halves) is { } problem)
            throw new RefusedException(ErrorCode.SettingInvalid, problem);
        if (wish.Value is null)
            return wish;
        if (wish.Value.Length > Limits.SettingBytes || !wish.Value.All(char.IsAscii))
            throw new RefusedException(ErrorCode.SettingInvalid, $"a value has {Limits.SettingBytes} characters of ASCII at most.");
        string value;
        try
        {
            value = setting.Read(wish.Value);
        }
        catch (FormatException wrong)
        {
            throw new RefusedException(ErrorCode.SettingInvalid, $"{setting.Key} cannot be that: {wrong.Message}.");
        }
        if (setting.Key == "minSdkVersions" && SdkVersion.TryParse(atStart.Version, out var own) && SdkVersions.FindAbove(own, value) is { } above)
            throw new RefusedException(ErrorCode.SettingInvalid, $"{above} would keep out every SDK and command line of this broker's version, {atStart.Version}, and older.");
        return setting.NeedsStart && value == LiveSetting.On && setting.AtStart(atStart) == LiveSetting.Off
            ? throw new RefusedException(ErrorCode.SettingNotLive, $"the broker was started with {setting.Key} off, and can be told to have it at its start alone.")
            : wish with { Value = value };
    }

    /// <summary>Whether this version knows a setting that was set, and can read its value: another one may have set it.</summary>
    public static bool IsUnderstood(SettingEntry entry)
    {
        string[] halves = entry.Name.Split('@', 2);
        if (Find(halves[0]) is not { } setting || ProblemOf(setting, halves) is not null)
            return false;
        try
        {
            return setting.Read(entry.Value) == entry.Value;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static RefusedException Unknown(string key, BrokerOptions atStart) => atStart.StartSettings.Any(setting => setting.Key == key)
        ? new RefusedException(ErrorCode.SettingNotLive, $"{key} is set at the start alone: by file, environment or flag.")
        : new RefusedException(ErrorCode.SettingUnknown);

    private static string? ProblemOf(LiveSetting setting, string[] halves)
    {
        if (halves.Length == 1)
            return setting.Scopes.HasFlag(SettingScope.Broker) ? null : $"{setting.Key} needs to be told what for: {setting.Key}@…";
        if (setting.Scopes.HasFlag(SettingScope.Queues))
            return QueuePattern.TryParse(halves[1], out _) ? null : "behind the @ stands a queue's name, the beginning of names and '*', or '*' alone.";
        if (setting.Scopes.HasFlag(SettingScope.User))
            return UserName.TryParse(halves[1], out _) ? null : "behind the @ stands a user's name.";
        return $"{setting.Key} is the whole broker's: there is no @ in its name.";
    }

    private static LiveSetting OfQueues(string key, Func<BrokerOptions, bool> get) => LiveSetting.Alone(key, SettingScope.Broker | SettingScope.Queues, LiveSetting.On) with
    {
        NeedsStart = true, AtStart = options => get(options) ? LiveSetting.On : LiveSetting.Off,
    };

    private static int Least(int most, long number) => (int)Math.Min(most, number);
}
