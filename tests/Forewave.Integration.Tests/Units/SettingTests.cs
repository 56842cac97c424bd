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
    public void Environment_wins_over_the_file()
    {
        var options = BrokerSettings.WithJson(
            new ForewaveBrokerOptions(), """{ "data": "a", "maxConnections": 10, "createQueues": false, "stopGrace": "2s" }""");

        options = BrokerSettings.WithEnvironment(options, name => name == "FOREWAVE_MAX_CONNECTIONS" ? "20" : null);

        Assert.Equal(("a", 20, false), (options.DataFolder, options.MaxConnections, options.CreateQueues));
        Assert.Equal(TimeSpan.FromSeconds(2), options.StopGrace);
    }

    [Theory]
    [InlineData("""{ "dat": "a" }""", "'dat'")]
    [InlineData("""{ "maxConnections": "many" }""", "maxConnections")]
    [InlineData("""{ "data": {} }""", "data")]
    [InlineData("[]", "object")]
    [InlineData("{", "JSON")]
    public void File_with_a_mistake_is_refused_by_name(string json, string named)
    {
        var refusal = Assert.Throws<FormatException>(() => BrokerSettings.WithJson(new ForewaveBrokerOptions(), json));

        Assert.Contains(named, refusal.Message, StringComparison.Ordinal);
    }

    // The setting's property is the one that it changes; listeners are the command line's to default.
    private static string DefaultOf(BrokerSetting setting) => setting.Key switch
    {
        "data" => new ForewaveBrokerOptions().DataFolder,
        "store" => "files",
        "mysql" => "",
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
