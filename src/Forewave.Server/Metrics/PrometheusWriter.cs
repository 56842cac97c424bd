using System.Buffers;
using System.Globalization;
using System.Text;

namespace Forewave.Server.Metrics;

/// <summary>Writes Prometheus' text format 0.0.4 as UTF-8. For one request, on one thread.</summary>
internal sealed class PrometheusWriter
{
    private readonly ArrayBufferWriter<byte> _text = new(16 * 1024);

    /// <summary>All that was written; valid until more is.</summary>
    public ReadOnlyMemory<byte> Written => _text.WrittenMemory;

    /// <summary>Begins a family: its help and its type. All its values follow before the next family.</summary>
    public void WriteFamily(MetricFamily family)
    {
        string help = family.Help.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);
        if (help.Length > 0)
            WriteLine($"# HELP {family.Name} {help}");
        WriteLine($"# TYPE {family.Name} {TypeOf(family.Kind)}");
    }

    /// <summary>One value of the family.</summary>
    public void WriteValue(string name, MetricLabels labels, double value)
    {
        string braces = labels.Text.Length == 0 ? "" : $"{{{labels.Text}}}";
        WriteLine($"{name}{braces} {TextOf(value)}");
    }

    /// <summary>A family of one value.</summary>
    public void WriteSingle(MetricFamily family, double value)
    {
        WriteFamily(family);
        WriteValue(family.Name, MetricLabels.None, value);
    }

    private static string TypeOf(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Histogram => "histogram",
        _ => "gauge",
    };

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
