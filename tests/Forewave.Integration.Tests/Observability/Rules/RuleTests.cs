using System.Text.Json;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Forewave.Integration.Tests.Observability.Rules;

/// <summary>Alert rules and the dashboard name metrics and labels that there are, and each alert has its entry in the runbook.</summary>
public sealed partial class RuleTests
{
    private static readonly MetricCatalogue Catalogue = new(DocumentedMetric.Read());

    [Fact]
    public void Alerts_read_what_there_is()
    {
        var alerts = Alerts();

        Assert.True(alerts.Count > 15, $"only {alerts.Count} alerts were found");
        Assert.Equal(alerts.Count, alerts.Select(alert => Text(alert, "alert")).Distinct().Count());
        Assert.Empty(alerts.SelectMany(alert => Catalogue.FaultsOf(Text(alert, "expr")).Select(fault => $"{Text(alert, "alert")}: {fault}")));
    }

    [Fact]
    public void Alerts_have_an_entry_of_the_runbook_each_a_severity_and_labels_that_they_show()
    {
        var headings = File.ReadAllLines(Path.Combine(RepositoryFolder.Path, "docs", "operations", "runbook.md"))
            .Where(line => line.StartsWith("## Forewave", StringComparison.Ordinal)).Select(line => line[3..].Trim()).ToArray();

        var alerts = Alerts();

        Assert.Equal(alerts.Select(alert => Text(alert, "alert")).Order(StringComparer.Ordinal), headings.Order(StringComparer.Ordinal));
        foreach (var alert in alerts)
        {
            string name = Text(alert, "alert");
            var annotations = (YamlMappingNode)alert["annotations"];
            Assert.Contains(Text((YamlMappingNode)alert["labels"], "severity"), new[] { "critical", "warning" });
            Assert.Equal($"docs/operations/runbook.md#{name.ToLowerInvariant()}", Text(annotations, "runbook"));
            var shown = Label().Matches(Text(annotations, "summary")).Select(match => match.Groups[1].Value);
            var expression = PromExpression.Parse(Text(alert, "expr"));
            Assert.True(expression.Grouping.Count == 0 || shown.All(expression.Grouping.Contains), $"{name} shows a label that is added up");
        }
    }

    [Fact]
    public void Dashboard_reads_what_there_is()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(RepositoryFolder.Path, "deploy", "grafana", "forewave.json")));
        var panels = document.RootElement.GetProperty("panels").EnumerateArray().ToArray();
        var targets = panels.Where(panel => panel.TryGetProperty("targets", out _)).SelectMany(panel => panel.GetProperty("targets").EnumerateArray()).ToArray();
        var variables = document.RootElement.GetProperty("templating").GetProperty("list").EnumerateArray().ToArray();
        var queries = variables.Where(variable => variable.GetProperty("type").GetString() == "query").Select(variable => variable.GetProperty("definition").GetString()!);
        var names = variables.Select(variable => variable.GetProperty("name").GetString()!).ToHashSet();

        Assert.True(targets.Length > 30, $"only {targets.Length} queries were found");
        Assert.Equal(panels.Length, panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        Assert.Empty(targets.Select(target => target.GetProperty("expr").GetString()!).SelectMany(text =>
            Catalogue.FaultsOf(text.Replace("$__rate_interval", "5m", StringComparison.Ordinal)).Select(fault => $"{text}: {fault}")));
        Assert.Empty(queries.SelectMany(text => Catalogue.FaultsOf(Values().Match(text).Groups[1].Value).Select(fault => $"{text}: {fault}")));
        Assert.All(targets.SelectMany(target => Variable().Matches(target.GetProperty("expr").GetString()!).Select(match => match.Groups[1].Value)), name => Assert.Contains(name, names));
    }

    [Fact]
    public void Scrape_configuration_loads_the_rules_and_names_the_job_that_they_ask_for()
    {
        var configuration = Yaml("prometheus.yaml");

        Assert.Equal("alerts.yaml", ((YamlSequenceNode)configuration["rule_files"])[0].ToString());
        Assert.Equal("forewave", ((YamlSequenceNode)configuration["scrape_configs"])[0]["job_name"].ToString());
    }

    [Theory]
    [InlineData("forewave_disk_ful == 1", "no metric forewave_disk_ful")]
    [InlineData("forewave_disk_full{queue=\"a\"} == 1", "no label queue")]
    [InlineData("sum by (queue) (forewave_disk_full)", "has a label queue")]
    [InlineData("rate(forewave_disk_full[5m]) > 0", "rate of the gauge")]
    [InlineData("forewave_publish_messages_total > 5", "only rises")]
    [InlineData("forewave_publish_messages > 5", "no metric")]
    [InlineData("forewave_publish_duration_seconds > 5", "no metric")]
    [InlineData("rate(forewave_publish_messages_total) > 5", "over a time")]
    [InlineData("forewave_disk_full[5m] > 5", "over a time")]
    [InlineData("rates(forewave_publish_messages_total[5m])", "no function rates")]
    [InlineData("rate(forewave_publish_messages_total[5])", "no Duration")]
    [InlineData("forewave_disk_full = 1", "'=' is too much")]
    [InlineData("forewave_disk_full ==", "no value")]
    [InlineData("(forewave_disk_full == 1", "')'")]
    [InlineData("forewave_disk_full{job=forewave} == 1", "no Text")]
    [InlineData("forewave_disk_full{job==\"forewave\"} == 1", "compared with")]
    [InlineData("forewave_disk_full == 1 $", "begins with no word")]
    public void Fault_in_an_expression_is_found(string expression, string named) =>
        Assert.Contains(Catalogue.FaultsOf(expression), fault => fault.Contains(named, StringComparison.Ordinal));

    [Theory]
    [InlineData("up{job=\"forewave\"} == 0")]
    [InlineData("-1.5e3 * (forewave_disk_full + 2) / 3 % 4 - 1 >= bool 1 and on (job, instance) forewave_connections unless ignoring (job) forewave_queues or up")]
    [InlineData("histogram_quantile(0.99, sum by (le) (rate(forewave_publish_duration_seconds_bucket{job=~\"a|b\",instance!~\"c\"}[1h30m])))")]
    [InlineData("topk(5, sum without (instance) (increase(forewave_publish_refused_total[5m]))) > 0")]
    [InlineData("sum(forewave_connections) by (job)")]
    public void Expression_that_is_right_is_taken(string expression) => Assert.Empty(Catalogue.FaultsOf(expression));

    private static List<YamlMappingNode> Alerts() =>
    [
        .. ((YamlSequenceNode)Yaml("alerts.yaml")["groups"]).SelectMany(group => (YamlSequenceNode)((YamlMappingNode)group)["rules"]).Cast<YamlMappingNode>(),
    ];

    private static YamlMappingNode Yaml(string name)
    {
        using StreamReader reader = new(Path.Combine(RepositoryFolder.Path, "deploy", "prometheus", name));
        YamlStream yaml = new();
        yaml.Load(reader);
        return (YamlMappingNode)yaml.Documents.Single().RootNode;
    }

    private static string Text(YamlMappingNode node, string key) => ((YamlScalarNode)node[key]).Value!;

    [GeneratedRegex("\\$labels\\.([a-z_]+)")]
    private static partial Regex Label();

    [GeneratedRegex("^label_values\\((.*), [a-z_]+\\)$")]
    private static partial Regex Values();

    [GeneratedRegex("\"\\$([a-z]+)\"")]
    private static partial Regex Variable();
}
