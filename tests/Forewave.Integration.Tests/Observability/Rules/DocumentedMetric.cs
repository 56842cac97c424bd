using System.Text.RegularExpressions;
using Forewave.Server.Metrics;

namespace Forewave.Integration.Tests.Observability.Rules;

/// <summary>A row of a table in docs/metrics.md.</summary>
/// <param name="Name">The metric's name.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Unit">Its unit; empty: none.</param>
internal sealed partial record DocumentedMetric(string Name, MetricKind Kind, string Unit)
{
    /// <summary>Its tags.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>It is at /metrics alone, under a name that Prometheus' users know.</summary>
    public bool IsOfPrometheus => !Name.Contains('.', StringComparison.Ordinal);

    /// <summary>All rows of the page.</summary>
    public static IReadOnlyList<DocumentedMetric> Read()
    {
        var rows = File.ReadAllLines(Path.Combine(RepositoryFolder.Path, "docs", "metrics.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal));
        return [.. rows.Select(row => row.Split('|', StringSplitOptions.TrimEntries)).Select(cells =>
            new DocumentedMetric(cells[1].Trim('`'), Enum.Parse<MetricKind>(cells[2], ignoreCase: true), cells[3]) { Tags = [.. Code().Matches(cells[4]).Select(match => match.Groups[1].Value)] })];
    }

    [GeneratedRegex("`([a-z._]+)`")]
    private static partial Regex Code();
}
