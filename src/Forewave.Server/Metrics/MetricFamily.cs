using System.Diagnostics.Metrics;
using System.Text;

namespace Forewave.Server.Metrics;

/// <summary>
/// A metric as Prometheus knows it: OpenTelemetry's name with underscores, its UCUM unit as a suffix in full words
/// (<c>s</c> → <c>_seconds</c>, <c>By</c> → <c>_bytes</c>; annotations in braces and <c>1</c> give none), <c>_total</c> after a counter.
/// </summary>
/// <param name="Name">As it is written.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Help">One line for people.</param>
internal sealed record MetricFamily(string Name, MetricKind Kind, string Help)
{
    /// <summary>The family of an instrument.</summary>
    public static MetricFamily Of(Instrument instrument)
    {
        var kind = KindOf(instrument);
        return new MetricFamily(NameOf(instrument, kind), kind, instrument.Description ?? "");
    }

    private static MetricKind KindOf(Instrument instrument)
    {
        string type = instrument.GetType().Name;
        if (type.StartsWith("Histogram", StringComparison.Ordinal))
            return MetricKind.Histogram;
        bool rises = type.StartsWith("Counter", StringComparison.Ordinal) || type.StartsWith("ObservableCounter", StringComparison.Ordinal);
        return rises ? MetricKind.Counter : MetricKind.Gauge;
    }

    private static string NameOf(Instrument instrument, MetricKind kind)
    {
        StringBuilder name = new(instrument.Name.Length + 16);
        foreach (char letter in instrument.Name)
            name.Append(char.IsAsciiLetterOrDigit(letter) ? letter : '_');
        string unit = SuffixOf(instrument.Unit);
        if (unit.Length > 0 && !name.ToString().EndsWith(unit, StringComparison.Ordinal))
            name.Append('_').Append(unit);
        if (kind == MetricKind.Counter)
            name.Append("_total");
        return name.ToString();
    }

    private static string SuffixOf(string? unit) => unit switch
    {
        null or "" or "1" => "",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "By" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "%" => "percent",
        _ when unit[0] == '{' => "",
        _ => new string([.. unit.Where(char.IsAsciiLetterOrDigit)]),
    };
}
