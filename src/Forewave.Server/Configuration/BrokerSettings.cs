using System.Globalization;
using System.Text.Json;

namespace Forewave.Server.Configuration;

/// <summary>
/// All settings of the broker, and how they are read: a JSON file, then the environment over it (then flags over both, which
/// are the command line's business). A key that does not exist is an error, never ignored.
/// </summary>
internal static class BrokerSettings
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Every setting.</summary>
    public static IReadOnlyList<BrokerSetting> All { get; } =
    [
        new("data", (options, text) => options with { DataFolder = text }),
        new("store", (options, text) => options with { Store = Store(text) }),
        new("mysql", (options, text) => options with { MySql = text }),
        new("listen", (options, text) => options with { Listen = text }),
        new("http", (options, text) => options with { Http = text }),
        new("httpApi", (options, text) => options with { HttpApi = bool.Parse(text) }),
        new("maxHttpConnections", (options, text) => options with { MaxHttpConnections = Whole(text) }),
        new("httpBodyMemoryBytes", (options, text) => options with { HttpBodyMemoryBytes = Bytes(text) }),
        new("insecure", (options, text) => options with { Insecure = bool.Parse(text) }),
        new("createQueues", (options, text) => options with { CreateQueues = bool.Parse(text) }),
        new("scheduling", (options, text) => options with { Scheduling = bool.Parse(text) }),
        new("ordering", (options, text) => options with { Ordering = bool.Parse(text) }),
        new("groupControl", (options, text) => options with { GroupControl = bool.Parse(text) }),
        new("expiry", (options, text) => options with { Expiry = bool.Parse(text) }),
        new("deduplication", (options, text) => options with { Deduplication = bool.Parse(text) }),
        new("deduplicationMemoryBytes", (options, text) => options with { DeduplicationMemoryBytes = Bytes(text) }),
        new("priorities", (options, text) => options with { Priorities = bool.Parse(text) }),
        new("tracing", (options, text) => options with { Tracing = bool.Parse(text) }),
        new("outcomes", (options, text) => options with { Outcomes = bool.Parse(text) }),
        new("deadOperations", (options, text) => options with { DeadOperations = bool.Parse(text) }),
        new("deadUndoWindow", (options, text) => options with { DeadUndoWindow = Duration(text) }),
        new("maxOutcomeWaits", (options, text) => options with { MaxOutcomeWaits = Whole(text) }),
        new("search", (options, text) => options with { Search = bool.Parse(text) }),
        new("keyIndexMemoryBytes", (options, text) => options with { KeyIndexMemoryBytes = Bytes(text) }),
        new("maxQueues", (options, text) => options with { MaxQueues = Whole(text) }),
        new("maxConnections", (options, text) => options with { MaxConnections = Whole(text) }),
        new("frameMemoryBytes", (options, text) => options with { FrameMemoryBytes = Bytes(text) }),
        new("cursorMemoryBytes", (options, text) => options with { CursorMemoryBytes = Bytes(text) }),
        new("groupMetrics", (options, text) => options with { GroupMetrics = Whole(text) }),
        new("replayBytesPerSecond", (options, text) => options with { ReplayBytesPerSecond = Bytes(text) }),
        new("stopGrace", (options, text) => options with { StopGrace = Duration(text) }),
        new("recentMemoryBytes", (options, text) => options with { RecentMemoryBytes = Whole(text) }),
        new("minFreeBytes", (options, text) => options with { MinFreeBytes = Bytes(text) }),
        new("addedSyncTime", (options, text) => options with { AddedSyncTime = Duration(text) }),
    ];

    /// <summary>The options with what a configuration file says.</summary>
    /// <exception cref="FormatException">It is not JSON, has an unknown key or a value that cannot be read; the message says which.</exception>
    public static ForewaveBrokerOptions WithJson(ForewaveBrokerOptions options, string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Lenient);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new FormatException("the configuration is no JSON object");
            foreach (var property in document.RootElement.EnumerateObject())
                options = Apply(options, Find(property.Name), TextOf(property));
            return options;
        }
        catch (JsonException failure)
        {
            throw new FormatException($"the configuration is no JSON: {failure.Message}", failure);
        }
    }

    /// <summary>The options with what the environment says.</summary>
    /// <param name="options">Before it.</param>
    /// <param name="read">Gives a variable's value; null where there is none.</param>
    /// <exception cref="FormatException">A value cannot be read.</exception>
    public static ForewaveBrokerOptions WithEnvironment(ForewaveBrokerOptions options, Func<string, string?> read)
    {
        foreach (var setting in All)
        {
            if (read(setting.Variable) is { Length: > 0 } text)
                options = Apply(options, setting, text);
        }
        return options;
    }

    private static ForewaveBrokerOptions Apply(ForewaveBrokerOptions options, BrokerSetting setting, string text)
    {
        try
        {
            return setting.Apply(options, text);
        }
        catch (Exception failure) when (failure is FormatException or OverflowException)
        {
            throw new FormatException($"{setting.Key} ({setting.Variable}) cannot be '{text}'", failure);
        }
    }

    private static BrokerSetting Find(string key) =>
        All.FirstOrDefault(setting => setting.Key == key)
        ?? throw new FormatException($"the configuration has no key '{key}'; there are: {string.Join(", ", All.Select(setting => setting.Key))}");

    private static string TextOf(JsonProperty property) => property.Value.ValueKind switch
    {
        JsonValueKind.String => property.Value.GetString()!,
        JsonValueKind.True or JsonValueKind.False or JsonValueKind.Number => property.Value.GetRawText(),
        _ => throw new FormatException($"{property.Name} is neither text, number nor true or false"),
    };

    /// <summary>Reads what keeps the messages.</summary>
    /// <exception cref="FormatException">It is neither of them.</exception>
    public static StoreKind Store(string text) => text switch
    {
        "files" => StoreKind.Files,
        "mysql" => StoreKind.MySql,
        _ => throw new FormatException($"a store is files or mysql, not '{text}'"),
    };

    private static int Whole(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static long Bytes(string text) => long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static TimeSpan Duration(string text) =>
        DurationText.TryParse(text, out var duration) ? duration : throw new FormatException("a duration is 500ms, 5s, 30m, 2h or 7d");
}
