using System.Diagnostics.Metrics;
using System.Text;

namespace Forewave.Server.Metrics;

/// <summary>
/// A metric as Prometheus knows it: OpenTelemetry's name with underscores, its UCUM unit as a suffix in full words
/// (<c>s</c> → <c>_seconds</c>, <c>By</c> → <c>_bytes</c>; annotations in braces and <c>1</c> give none).
/// </summary>
/// <param name="Name">Of the family; the values of a counter have <c>_total</c> behind it.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Help">One line for people.</param>
internal sealed record MetricFamily(string Name, MetricKind Kind, string Help)
{
    /// <summary>Its unit in full words, with which the name ends; empty: none.</summary>
    public string Unit { get; init; } = "";

    /// <summary>The name of its values; of a distribution, what they begin with.</summary>
    public string ValueName => Kind == MetricKind.Counter ? Name + "_total" : Name;

    /// <summary>The family of an instrument.</summary>
    public static MetricFamily Of(Instrument instrument)
    {
        string unit = WordsOf(instrument.Unit);
        return new MetricFamily(NameOf(instrument, unit), KindOf(instrument), instrument.Description ?? "") { Unit = unit };
    }

    private static MetricKind KindOf(Instrument instrument)
    {
        string type = instrument.GetType().Name;
        if (type.StartsWith("Histogram", StringComparison.Ordinal))
            return MetricKind.Histogram;
        bool rises = type.StartsWith("Counter", StringComparison.Ordinal) || type.StartsWith("ObservableCounter", StringComparison.Ordinal);
        return rises ? MetricKind.Counter : MetricKind.Gauge;
    }

    private static string NameOf(Instrument instrument, string unit)
    {
        StringBuilder name = new(instrument.Name.Length + 16);
        foreach (char letter in instrument.Name)
            name.Append(char.IsAsciiLetterOrDigit(letter) ? letter : '_');
        if (unit.Length > 0 && !name.ToString().EndsWith("_" + unit, StringComparison.Ordinal))
            name.Append('_').Append(unit);
        return name.ToString();
    }

    private static string WordsOf(string? unit) => unit switch
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
