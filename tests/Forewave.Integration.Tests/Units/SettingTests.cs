using System.Globalization;
using Forewave.Protocol;
using Forewave.Server;
using Forewave.Server.Configuration;

namespace Forewave.Integration.Tests.Units;

public sealed class SettingTests
{
    [Fact]
    public void Configuration_page_lists_every_setting_with_its_variable_and_default()
    {
        var rows = File.ReadAllLines(Path.Combine(Repository(), "docs", "configuration.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..5])
            .ToArray();

        Assert.Equal(BrokerSettings.All.Select(setting => $"`{setting.Key}`"), rows.Select(row => row[0]));
        Assert.Equal(BrokerSettings.All.Select(setting => $"`{setting.Variable}`"), rows.Select(row => row[1]));
        Assert.Equal(BrokerSettings.All.Select(DefaultOf), rows.Select(row => row[3]));
    }

    [Fact]
    public void Flag_wins_over_the_environment_which_wins_over_the_file()
    {
        using TemporaryFile file = new(".json", """{ "data": "a", "listen": "127.0.0.1:1", "maxConnections": 10, /* why */ "createQueues": false, "stopGrace": "2s" }""");

        var configuration = BrokerConfiguration.Read(new ForewaveBrokerOptions(), new ConfigurationSources
        {
            File = file.Path,
            Environment = new Dictionary<string, string> { ["FOREWAVE_MAX_CONNECTIONS"] = "20", ["FOREWAVE_LISTEN"] = "127.0.0.1:2", ["FOREWAVE_DATA"] = "" },
            Flags = new Dictionary<string, string?> { ["listen"] = "127.0.0.1:3", ["data"] = null },
        });

        var options = configuration.Options;
        Assert.Equal(("a", "127.0.0.1:3", 20, false), (options.DataFolder, options.Listen, options.MaxConnections, options.CreateQueues));
        Assert.Equal(TimeSpan.FromSeconds(2), options.StopGrace);
        Assert.Equal(
            [("data", "a", file.Path), ("listen", "127.0.0.1:3", "--listen"), ("search", "true", "default"), ("maxConnections", "20", "FOREWAVE_MAX_CONNECTIONS")],
            configuration.Values.Where(value => value.Setting.Key is "data" or "listen" or "maxConnections" or "search")
                .Select(value => (value.Setting.Key, value.Text, value.Source)));
    }

    [Fact]
    public void Every_setting_reads_back_what_it_shows()
    {
        ForewaveBrokerOptions options = new() { Listen = "127.0.0.1:1", Http = "127.0.0.1:2", MySql = "host=db" };

        foreach (var setting in BrokerSettings.All)
            Assert.Equal(setting.Show(options), setting.Show(setting.Apply(new ForewaveBrokerOptions(), setting.Show(options))));
    }

    [Fact]
    public void Yaml_says_the_same_as_json()
    {
        using TemporaryFile file = new(".yaml", "# why\ndata: /var/lib/forewave\nmaxConnections: 10\ncreateQueues: false\nstopGrace: '2s'\n");

        var options = BrokerConfiguration.Read(new ForewaveBrokerOptions(), new ConfigurationSources { File = file.Path }).Options;

        Assert.Equal(("/var/lib/forewave", 10, false), (options.DataFolder, options.MaxConnections, options.CreateQueues));
        Assert.Equal(TimeSpan.FromSeconds(2), options.StopGrace);
    }

    [Theory]
    [InlineData(".json", """{ "dat": "a" }""", "'dat'")]
    [InlineData(".json", """{ "maxconnections": 1 }""", "'maxConnections'")]
    [InlineData(".json", """{ "maxConnections": "many" }""", "maxConnections")]
    [InlineData(".json", """{ "maxConnections": 50001 }""", "from 1 to 50,000")]
    [InlineData(".json", """{ "maxQueues": -1 }""", "from 1 on")]
    [InlineData(".json", """{ "shedMemoryBytes": 33554431 }""", "0 or a whole number from 33,554,432 on")]
    [InlineData(".json", """{ "search": "on" }""", "true or false")]
    [InlineData(".json", """{ "stopGrace": "5" }""", "duration")]
    [InlineData(".json", """{ "store": "postgres" }""", "files or mysql")]
    [InlineData(".json", """{ "data": {} }""", "data")]
    [InlineData(".json", """{ "data": ["a"] }""", "data")]
    [InlineData(".json", """{ "data": null }""", "data")]
    [InlineData(".json", """{ "data": "a", "data": "b" }""", "data")]
    [InlineData(".json", "[]", "object")]
    [InlineData(".json", "{", "JSON")]
    [InlineData(".json", "", "JSON")]
    [InlineData(".yaml", "dat: a", "'dat'")]
    [InlineData(".yaml", "data:", "data")]
    [InlineData(".yaml", "data: [a]", "data")]
    [InlineData(".yaml", "data: a\ndata: b", "data")]
    [InlineData(".yml", "- data", "mapping")]
    [InlineData(".yml", "data: [", "YAML")]
    [InlineData(".yml", "data: a\n---\ndata: b", "one document")]
    public void File_with_a_mistake_is_refused_by_name(string extension, string text, string named)
    {
        using TemporaryFile file = new(extension, text);

        var refusal = Assert.Throws<FormatException>(() => BrokerConfiguration.Read(new ForewaveBrokerOptions(), new ConfigurationSources { File = file.Path }));

        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(file.Path, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Variable_that_is_no_setting_is_told_of()
    {
        string[] names = ["FOREWAVE_MAX_CONECTIONS", "FOREWAVE_MAX_QUEUES", "FOREWAVE_SERVER", "FOREWAVE_PORT_7600_TCP", "FOREWAVE_SERVICE_HOST", "PATH"];

        var configuration = BrokerConfiguration.Read(
            new ForewaveBrokerOptions(), new ConfigurationSources { Environment = names.ToDictionary(name => name, _ => "1") });

        Assert.Equal(["FOREWAVE_MAX_CONECTIONS"], configuration.UnknownVariables);
    }

    [Fact]
    public void Standard_variables_of_telemetry_count_where_nothing_else_does()
    {
        using TemporaryFile file = new(".json", """{ "otlpProtocol": "http/protobuf" }""");
        Dictionary<string, string> environment = new()
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://collector:4317", ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc", ["OTEL_METRIC_EXPORT_INTERVAL"] = "15000",
            ["OTEL_TRACES_EXPORTER"] = "none", ["OTEL_METRICS_EXPORTER"] = "prometheus,otlp", ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = "http://elsewhere",
            ["FOREWAVE_OTLP_LOGS"] = "false", ["OTEL_LOGS_EXPORTER"] = "otlp",
        };

        var read = BrokerConfiguration.Read(new ForewaveBrokerOptions(), new ConfigurationSources { File = file.Path, Environment = environment });
        environment["OTEL_SDK_DISABLED"] = "true";
        var disabled = BrokerConfiguration.Read(new ForewaveBrokerOptions(), new ConfigurationSources { Environment = environment });

        var options = read.Options;
        Assert.Equal(("http://collector:4317", OtlpProtocol.HttpProtobuf, TimeSpan.FromSeconds(15)), (options.Otlp, options.OtlpProtocol, options.OtlpInterval));
        Assert.Equal((true, false, false), (options.OtlpMetrics, options.OtlpTraces, options.OtlpLogs));
        Assert.Equal(
            [("otlp", "OTEL_EXPORTER_OTLP_ENDPOINT"), ("otlpProtocol", file.Path), ("otlpTraces", "OTEL_TRACES_EXPORTER"), ("otlpLogs", "FOREWAVE_OTLP_LOGS")],
            read.Values.Where(value => value.Setting.Key is "otlp" or "otlpProtocol" or "otlpTraces" or "otlpLogs").Select(value => (value.Setting.Key, value.Source)));
        Assert.Equal(["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"], read.UnknownVariables);
        Assert.Null(disabled.Options.Otlp);
    }

    [Theory]
    [InlineData("127.0.0.1:4318")]
    [InlineData("ftp://collector")]
    [InlineData("http://user:secret@collector:4318")]
    [InlineData("http://collector:4318/?token=secret")]
    public void Collector_is_an_address_and_nothing_secret(string address)
    {
        var refusal = Assert.Throws<ArgumentException>(() => ForewaveBroker.Check(new ForewaveBrokerOptions { Otlp = address }));

        Assert.StartsWith("otlp ", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Password_of_a_database_is_not_shown()
    {
        var configuration = BrokerConfiguration.Read(new ForewaveBrokerOptions(), new ConfigurationSources
        {
            Flags = new Dictionary<string, string?> { ["store"] = "mysql", ["mysql"] = "host=db; PASSWORD=secret;user=forewave" },
        });

        Assert.DoesNotContain(configuration.Values, value => value.Text.Contains("secret", StringComparison.Ordinal));
        Assert.Contains("secret", configuration.Options.MySql, StringComparison.Ordinal);
    }

    // The setting's property is the one that it changes; listeners are the command line's to default.
    private static string DefaultOf(BrokerSetting setting) => setting.Key switch
    {
        "data" => new ForewaveBrokerOptions().DataFolder,
        "store" => "files",
        "otlpProtocol" => "http/protobuf",
        "mysql" or "zookeeper" or "broker" or "peerMysql" or "advertise" => "",
        "zookeeperSession" => Shown(new ForewaveBrokerOptions().ZooKeeperSession),
        "listen" => $"127.0.0.1:{Limits.DefaultPort}",
        "http" => $"127.0.0.1:{Limits.DefaultHttpPort}",
        _ => Shown(typeof(ForewaveBrokerOptions).GetProperty(char.ToUpperInvariant(setting.Key[0]) + setting.Key[1..])!.GetValue(new ForewaveBrokerOptions())!),
    };

    private static string Shown(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        TimeSpan span => DurationText.Format(span),
        int or long when Convert.ToInt64(value, CultureInfo.InvariantCulture) is >= 1 << 20 and var bytes => $"{bytes >> 20} MiB",
        int or long => Convert.ToInt64(value, CultureInfo.InvariantCulture).ToString("N0", CultureInfo.InvariantCulture),
        _ => $"{value}",
    };

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Forewave.slnx")))
            folder = folder.Parent ?? throw new InvalidOperationException("not in the repository");
        return folder.FullName;
    }

    [Theory]
    [InlineData("500ms", 0.5)]
    [InlineData("5s", 5)]
    [InlineData("1.5m", 90)]
    [InlineData("2h", 7_200)]
    [InlineData("7d", 604_800)]
    public void Duration_is_a_number_and_a_unit(string text, double seconds)
    {
        Assert.True(DurationText.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.FromSeconds(seconds), duration);
        Assert.True(DurationText.TryParse(DurationText.Format(duration), out var again));
        Assert.Equal(duration, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("-5s")]
    [InlineData("5 s")]
    [InlineData("99999999999999d")]
    public void Other_text_is_no_duration(string text) => Assert.False(DurationText.TryParse(text, out _));
}
