using System.Globalization;

namespace Forewave.Bench.MySql;

/// <summary>What was measured.</summary>
/// <param name="Messages">Messages, each counted in its table at the end.</param>
/// <param name="Time">From the first to when the last one was there.</param>
/// <param name="Latencies">Of each transaction that answers, or of each message.</param>
/// <param name="WrittenBytes">What the server wrote for it.</param>
internal readonly record struct BenchFigures(long Messages, TimeSpan Time, TimeSpan[] Latencies, long WrittenBytes)
{
    /// <summary>Reading what came after the middle again.</summary>
    public TimeSpan Recovery { get; init; }

    public string ToJson()
    {
        TimeSpan[] sorted = [.. Latencies.Order()];
        return string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"messages":{{Messages}},"seconds":{{Time.TotalSeconds:f3}},"messagesPerSecond":{{Messages / Time.TotalSeconds:f0}},"p50":{{At(sorted, 0.5):f2}},"p99":{{At(sorted, 0.99):f2}},"bytesPerMessage":{{WrittenBytes / Math.Max(1, Messages)}},"recoveryMs":{{Recovery.TotalMilliseconds:f0}}}""");
    }

    private static double At(TimeSpan[] sorted, double part) => sorted.Length == 0 ? 0 : sorted[(int)((sorted.Length - 1) * part)].TotalMilliseconds;
}
