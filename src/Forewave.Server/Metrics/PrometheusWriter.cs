using System.Buffers;
using System.Globalization;
using System.Text;

namespace Forewave.Server.Metrics;

/// <summary>Writes metrics in one of Prometheus' formats, as UTF-8. For one request, on one thread.</summary>
internal sealed class PrometheusWriter(ExpositionFormat format = ExpositionFormat.PrometheusText)
{
    private readonly ArrayBufferWriter<byte> _text = new(16 * 1024);

    /// <summary>All that was written; valid until more is.</summary>
    public ReadOnlyMemory<byte> Written => _text.WrittenMemory;

    private bool IsOpenMetrics => format == ExpositionFormat.OpenMetrics;

    /// <summary>Begins a family: its help, its type and its unit. All its values follow before the next family.</summary>
    public void WriteFamily(MetricFamily family)
    {
        string name = IsOpenMetrics ? family.Name : family.ValueName;
        if (family.Help.Length > 0)
            WriteLine($"# HELP {name} {Escaped(family.Help)}");
        WriteLine($"# TYPE {name} {TypeOf(family.Kind)}");
        if (IsOpenMetrics && family.Unit.Length > 0)
            WriteLine($"# UNIT {name} {family.Unit}");
    }

    /// <summary>One value of the family.</summary>
    public void WriteValue(string name, MetricLabels labels, double value)
    {
        string braces = labels.Text.Length == 0 ? "" : $"{{{labels.Text}}}";
        WriteLine($"{name}{braces} {TextOf(value)}");
    }

    /// <summary>One bucket of a distribution.</summary>
    /// <param name="family">The distribution.</param>
    /// <param name="labels">Those of the distribution.</param>
    /// <param name="bucket">Its upper bound, and how many are not above that.</param>
    public void WriteBucket(MetricFamily family, MetricLabels labels, (double Bound, long Count) bucket) =>
        WriteValue(family.Name + "_bucket", labels.WithBound(BoundOf(bucket.Bound)), bucket.Count);

    /// <summary>A family of one value.</summary>
    public void WriteSingle(MetricFamily family, double value)
    {
        WriteFamily(family);
        WriteValue(family.ValueName, MetricLabels.None, value);
    }

    /// <summary>Nothing follows: who does not see the end knows that something is missing.</summary>
    public void WriteEnd()
    {
        if (IsOpenMetrics)
            WriteLine("# EOF");
    }

    private static string TypeOf(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Histogram => "histogram",
        _ => "gauge",
    };

    // One format knows escaped quotes in a help, the other does not.
    private string Escaped(string help)
    {
        string text = help.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);
        return IsOpenMetrics ? text.Replace("\"", "\\\"", StringComparison.Ordinal) : text;
    }

    // As a number with a fraction in OpenMetrics, so that one bound has one text whoever writes it.
    private string BoundOf(double bound)
    {
        string text = TextOf(bound);
        return IsOpenMetrics && text.All(char.IsAsciiDigit) ? text + ".0" : text;
    }

    private static string TextOf(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };

    private void WriteLine(string line)
    {
        Encoding.UTF8.GetBytes(line, _text);
        _text.Write("\n"u8);
    }
}
