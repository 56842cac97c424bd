using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Forewave.Server.Metrics;

/// <summary>Finds the format that a collector wants, by its Accept header. Stateless.</summary>
internal static class ExpositionChoice
{
    /// <summary>The media type of a format.</summary>
    public static string MediaTypeOf(ExpositionFormat format) => format == ExpositionFormat.OpenMetrics
        ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
        : "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>
    /// The format of the highest quality, of equal ones the one that was named first. Who names none of them, or nothing that can be
    /// read, gets Prometheus' text: that is what collectors expect, and a person with a browser can read it.
    /// </summary>
    public static ExpositionFormat Of(StringValues accept)
    {
        var chosen = ExpositionFormat.PrometheusText;
        double best = 0;
        if (!MediaTypeHeaderValue.TryParseList(accept, out var types))
            return chosen;
        foreach (var type in types)
        {
            double quality = type.Quality ?? 1;
            if (quality <= best || FormatOf(type) is not { } format)
                continue;
            chosen = format;
            best = quality;
        }
        return chosen;
    }

    private static ExpositionFormat? FormatOf(MediaTypeHeaderValue type)
    {
        if (type.MediaType.Equals("application/openmetrics-text", StringComparison.OrdinalIgnoreCase))
            return VersionOf(type) is null or "1.0.0" ? ExpositionFormat.OpenMetrics : null;
        return new MediaTypeHeaderValue("text/plain").IsSubsetOf(new MediaTypeHeaderValue(type.MediaType)) ? ExpositionFormat.PrometheusText : null;
    }

    private static string? VersionOf(MediaTypeHeaderValue type)
    {
        foreach (var parameter in type.Parameters)
        {
            if (parameter.Name.Equals("version", StringComparison.OrdinalIgnoreCase))
                return parameter.GetUnescapedValue().Value;
        }
        return null;
    }
}
