using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Forewave.Server.Configuration;

/// <summary>
/// The settings of a broker from all their sources: a file, over it the environment, over both the flags. A key of the file that
/// does not exist is an error, never ignored. Immutable.
/// </summary>
internal sealed class BrokerConfiguration
{
    // Kubernetes sets these for a service named forewave.
    private static readonly string[] OfAnotherKind = ["FOREWAVE_SERVICE_", "FOREWAVE_PORT"];
    private static readonly string[] OfOthers = ["FOREWAVE_SERVER", "FOREWAVE_LOG", "FOREWAVE_LOG_FORMAT", "FOREWAVE_MYSQL_PASSWORD", "FOREWAVE_USER", "FOREWAVE_PASSWORD", "FOREWAVE_PASSWORD_FILE", "FOREWAVE_TOKEN", "FOREWAVE_TOKEN_FILE", "FOREWAVE_TLS", "FOREWAVE_TLS_CA"];

    // Of a signal each: there is one collector for all.
    private const string StandardEndpoints = "OTEL_EXPORTER_OTLP_";
    private static readonly string[] Signals = ["METRICS_", "TRACES_", "LOGS_"];

    private const string Standard = "standard";

    private BrokerConfiguration(ForewaveBrokerOptions options, IReadOnlyList<SettingValue> values, IReadOnlyList<string> unknownVariables)
    {
        Options = options;
        Values = values;
        UnknownVariables = unknownVariables;
    }

    /// <summary>What the broker is to be started with.</summary>
    public ForewaveBrokerOptions Options { get; }

    /// <summary>Every setting with its source.</summary>
    public IReadOnlyList<SettingValue> Values { get; }

    /// <summary>Variables that look like settings and are none: probably misspelled.</summary>
    public IReadOnlyList<string> UnknownVariables { get; }

    /// <summary>Reads all sources.</summary>
    /// <param name="defaults">What counts where no source says anything.</param>
    /// <param name="sources">The sources.</param>
    /// <exception cref="FormatException">A source cannot be read, has an unknown key or a value that is none; the message says which.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static BrokerConfiguration Read(ForewaveBrokerOptions defaults, ConfigurationSources sources)
    {
        List<(string Source, IConfigurationProvider Provider)> layers = [(Standard, InMemory(StandardOf(sources.Environment)))];
        if (sources.File is { } file)
            layers.Add((file, ProviderOf(file, File.ReadAllBytes(file))));
        layers.Add(("", InMemory(BrokerSettings.All.Select(setting => KeyValuePair.Create(setting.Key, Find(sources.Environment, setting.Variable))))));
        layers.Add(("", InMemory(sources.Flags)));

        List<SettingValue> values = [];
        var options = defaults;
        foreach (var setting in BrokerSettings.All)
        {
            string source = SettingValue.Default;
            for (int i = layers.Count - 1; i >= 0 && source == SettingValue.Default; i--)
            {
                if (!layers[i].Provider.TryGet(setting.Key, out string? text) || text is null)
                    continue;
                bool isFlag = i == layers.Count - 1;
                source = isFlag ? $"--{setting.Key}" : i == 0 ? setting.Standard! : layers[i].Source.Length > 0 ? layers[i].Source : setting.Variable;
                options = Apply(options, text, setting, source);
            }
            values.Add(new SettingValue { Setting = setting, Text = "", Source = source });
        }
        options = options with { Sources = values.ToDictionary(value => value.Setting.Key, value => value.Source) };
        return new BrokerConfiguration(
            options, [.. values.Select(value => value with { Text = value.Setting.Show(options) })],
            [.. sources.Environment.Keys.Where(name => IsUnknown(name) || options.Otlp is not null && IsOfOneSignal(name)).Order(StringComparer.Ordinal)]);
    }

    /// <summary>Logs what is probably misspelled.</summary>
    public void WarnOfUnknown(ILogger logger)
    {
        foreach (string variable in UnknownVariables)
            ServerLog.UnknownVariable(logger, variable);
    }

    // What every program of OpenTelemetry takes: it counts where neither file nor flags nor the broker's own variables say anything.
    private static IEnumerable<KeyValuePair<string, string?>> StandardOf(IReadOnlyDictionary<string, string> environment) =>
        string.Equals(Find(environment, "OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase)
            ? []
            : BrokerSettings.All.Where(setting => setting.Standard is not null).Select(setting => KeyValuePair.Create(
                setting.Key, Find(environment, setting.Standard!) is { } text ? setting.FromStandard(text) : null));

    private static bool IsOfOneSignal(string variable) =>
        variable.StartsWith(StandardEndpoints, StringComparison.Ordinal)
        && Array.Exists(Signals, signal => variable.AsSpan(StandardEndpoints.Length).StartsWith(signal, StringComparison.Ordinal));

    private static string? Find(IReadOnlyDictionary<string, string> environment, string variable) =>
        environment.TryGetValue(variable, out string? text) && text.Length > 0 ? text : null;

    private static bool IsUnknown(string variable) =>
        variable.StartsWith("FOREWAVE_", StringComparison.Ordinal)
        && !OfOthers.Contains(variable)
        && !Array.Exists(OfAnotherKind, start => variable.StartsWith(start, StringComparison.Ordinal))
        && !BrokerSettings.All.Any(setting => setting.Variable == variable);

    private static ForewaveBrokerOptions Apply(ForewaveBrokerOptions options, string text, BrokerSetting setting, string source)
    {
        try
        {
            return setting.Apply(options, text);
        }
        catch (FormatException failure)
        {
            throw new FormatException($"{setting.Key} ({source}) cannot be '{text}': {failure.Message}", failure);
        }
    }

    private static IConfigurationProvider ProviderOf(string file, byte[] content)
    {
        var builder = new ConfigurationBuilder();
        using MemoryStream stream = new(content);
        bool isYaml = Path.GetExtension(file) is ".yaml" or ".yml";
        if (isYaml)
            builder.Add(new YamlConfigurationSource { Stream = stream });
        else
            builder.AddJsonStream(stream);
        try
        {
            var root = builder.Build();
            Check(root);
            return root.Providers.First();
        }
        catch (Exception failure) when (failure is FormatException or JsonException or InvalidDataException)
        {
            throw new FormatException($"{file}, {(isYaml ? "YAML" : "JSON")}: {failure.Message}", failure);
        }
    }

    // The configuration finds keys whatever their case: here they are spelled exactly, so that one key has one spelling everywhere.
    private static void Check(IConfiguration root)
    {
        foreach (var section in root.GetChildren())
        {
            if (BrokerSettings.Find(section.Key) is null)
                throw new FormatException($"there is no key '{section.Key}'{Likely(section.Key)}");
            if (section.Value is null || section.GetChildren().Any())
                throw new FormatException($"'{section.Key}' is neither text, number nor true or false");
        }
    }

    private static string Likely(string key)
    {
        var same = BrokerSettings.All.FirstOrDefault(setting => string.Equals(setting.Key, key, StringComparison.OrdinalIgnoreCase));
        if (same is not null)
            return $": it is spelled '{same.Key}'";
        StringBuilder text = new("; there are: ");
        text.AppendJoin(", ", BrokerSettings.All.Select(setting => setting.Key));
        return text.ToString();
    }

    private static IConfigurationProvider InMemory(IEnumerable<KeyValuePair<string, string?>> pairs) =>
        new ConfigurationBuilder().AddInMemoryCollection(pairs).Build().Providers.First();
}
