using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Forewave.Server.Metrics;

namespace Forewave.Integration.Tests.Observability.Rules;

/// <summary>All metrics of docs/metrics.md as Prometheus has them, with their labels.</summary>
internal sealed partial class MetricCatalogue
{
    // Of who scrapes.
    private static readonly string[] OfScrape = ["job", "instance"];

    private readonly Dictionary<string, (MetricKind Kind, HashSet<string> Labels)> _values = new() { ["up"] = (MetricKind.Gauge, [.. OfScrape]) };

    public MetricCatalogue(IEnumerable<DocumentedMetric> metrics)
    {
        using Meter meter = new("Forewave.Test");
        foreach (var metric in metrics)
        {
            HashSet<string> labels = [.. OfScrape, .. metric.Tags.Select(tag => NotOfName().Replace(tag, "_"))];
            var family = metric.IsOfPrometheus ? new MetricFamily(metric.Name.Replace("_total", "", StringComparison.Ordinal), metric.Kind, "") : FamilyOf(meter, metric);
            foreach (string name in family.Kind == MetricKind.Histogram ? [family.Name + "_bucket", family.Name + "_sum", family.Name + "_count"] : new[] { family.ValueName })
                _values.Add(name, (family.Kind, name.EndsWith("_bucket", StringComparison.Ordinal) ? [.. labels, "le"] : labels));
        }
    }

    /// <summary>What is wrong with an expression; empty: nothing.</summary>
    public IEnumerable<string> FaultsOf(string text)
    {
        PromExpression expression;
        try
        {
            expression = PromExpression.Parse(text);
        }
        catch (FormatException wrong)
        {
            return [wrong.Message];
        }
        var known = expression.Uses.Where(use => _values.ContainsKey(use.Metric)).ToArray();
        var labels = known.SelectMany(use => _values[use.Metric].Labels).ToHashSet();
        return
        [
            .. expression.Uses.Where(use => !_values.ContainsKey(use.Metric)).Select(use => $"there is no metric {use.Metric}"),
            .. known.SelectMany(use => use.Labels.Where(label => !_values[use.Metric].Labels.Contains(label)).Select(label => $"{use.Metric} has no label {label}")),
            .. expression.Grouping.Where(label => !labels.Contains(label)).Select(label => $"nothing that is read has a label {label}"),
            .. known.Where(use => _values[use.Metric].Kind == MetricKind.Gauge && use.Over is "rate" or "increase" or "irate").Select(use => $"{use.Over} of the gauge {use.Metric}"),
            .. known.Where(use => _values[use.Metric].Kind != MetricKind.Gauge && use.Over is null or "delta" or "deriv" or "predict_linear").Select(use => $"{use.Metric} only rises: it is read by rate or increase"),
        ];
    }

    private static MetricFamily FamilyOf(Meter meter, DocumentedMetric metric) => MetricFamily.Of(metric.Kind switch
    {
        MetricKind.Counter => meter.CreateCounter<long>(metric.Name, metric.Unit),
        MetricKind.Histogram => meter.CreateHistogram<double>(metric.Name, metric.Unit),
        _ => meter.CreateGauge<long>(metric.Name, metric.Unit),
    });

    [GeneratedRegex("[^a-zA-Z0-9_]")]
    private static partial Regex NotOfName();
}
