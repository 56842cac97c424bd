using System.Globalization;

namespace Forewave.Bench.Peers.Measurement;

/// <summary>The fields of one /proc/&lt;pid&gt;/stat that are needed here (proc(5)).</summary>
internal readonly record struct ProcessStat
{
    public required int Id { get; init; }

    public required int Parent { get; init; }

    /// <summary>utime + stime + cutime + cstime.</summary>
    public required long ClockTicks { get; init; }

    public required long ResidentPages { get; init; }

    public static ProcessStat Parse(string text)
    {
        // The second field is the program's name in brackets, and may itself hold blanks and brackets.
        var end = text.LastIndexOf(')');
        var fields = text[(end + 2)..].Split(' ');
        return new ProcessStat
        {
            Id = int.Parse(text.AsSpan(0, text.IndexOf(' ')), CultureInfo.InvariantCulture),
            Parent = int.Parse(fields[1], CultureInfo.InvariantCulture),
            ClockTicks = fields[11..15].Sum(field => long.Parse(field, CultureInfo.InvariantCulture)),
            ResidentPages = long.Parse(fields[21], CultureInfo.InvariantCulture),
        };
    }
}
