using System.Globalization;
using System.Text;

namespace Forewave.Server.Metrics;

/// <summary>The labels of a value as Prometheus writes them between braces: <c>name="value",…</c>, escaped, in the order given.</summary>
/// <param name="Text">What stands between the braces; may be empty.</param>
internal readonly record struct MetricLabels(string Text)
{
    /// <summary>No labels.</summary>
    public static MetricLabels None { get; } = new("");

    /// <summary>Where the sets of tags beyond the bound are counted.</summary>
    public static MetricLabels Others { get; } = new("others=\"true\"");

    /// <summary>The labels of a measurement's tags.</summary>
    public static MetricLabels Of(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (tags.IsEmpty)
            return None;
        StringBuilder text = new();
        foreach (var (name, value) in tags)
            Append(text, name).Append(Escaped(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "")).Append('"');
        return new MetricLabels(text.ToString());
    }

    /// <summary>The same with the upper bound of a bucket.</summary>
    public MetricLabels WithBound(string bound) => new(Append(new StringBuilder(Text), "le").Append(bound).Append('"').ToString());

    private static StringBuilder Append(StringBuilder text, string name)
    {
        if (text.Length > 0)
            text.Append(',');
        foreach (char letter in name)
            text.Append(char.IsAsciiLetterOrDigit(letter) ? letter : '_');
        return text.Append("=\"");
    }

    private static string Escaped(string value) =>
        value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);
}
