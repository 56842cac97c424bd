using Forewave.Server;
using Forewave.Server.Configuration;

namespace Forewave.Integration.Tests.Units;

public sealed class SettingTests
{
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
