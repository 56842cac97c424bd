using System.Globalization;

namespace Forewave.Server.Diagnosis;

/// <summary>Sizes for people.</summary>
internal static class Sizes
{
    private static readonly string[] Units = ["KiB", "MiB", "GiB", "TiB", "PiB"];

    /// <summary>In bytes below 1 KiB, else with one digit behind the point.</summary>
    public static string Text(long bytes)
    {
        double left = bytes;
        int unit = -1;
        for (; left >= 1024 && unit < Units.Length - 1; unit++)
            left /= 1024;
        return unit < 0 ? string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes") : string.Create(CultureInfo.InvariantCulture, $"{left:0.0} {Units[unit]}");
    }
}
