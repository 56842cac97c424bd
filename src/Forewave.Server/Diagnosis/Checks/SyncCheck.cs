using System.Globalization;

namespace Forewave.Server.Diagnosis.Checks;

/// <summary><c>sync</c>: whether what is synced is on a disk, as far as its time tells, and how long it takes.</summary>
internal static class SyncCheck
{
    private const string Check = "sync";

    // A write over PCIe to a device with a battery, its interrupt and two system calls take more than this.
    private static readonly TimeSpan FasterThanAnyDisk = TimeSpan.FromMicroseconds(5);
    private static readonly TimeSpan Doubtful = TimeSpan.FromMicroseconds(12);
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Stalls = TimeSpan.FromMilliseconds(200);

    /// <summary>Measures; two seconds at most.</summary>
    public static async Task<IReadOnlyList<Finding>> LookAsync(DiagnosisScene scene, CancellationToken cancellation)
    {
        if (!scene.IsOnFiles)
            return [];
        string folder = scene.ExistingFolder;
        try
        {
            var times = await Task.Run(() => SyncProbe.Measure(folder, cancellation), cancellation);
            return [Of(times, Preloaded(scene))];
        }
        catch (IOException failure)
        {
            return
            [
                new Finding(Check, FindingLevel.Warning)
                {
                    Text = $"not measured: {failure.Message}",
                    Advice = "Run this as a user who may write there, on a file system that knows files without names (O_TMPFILE: ext4, xfs, btrfs, tmpfs do).",
                },
            ];
        }
    }

    /// <summary>What there is to say of measured times, and of a library that makes the broker's syncs do nothing.</summary>
    public static Finding Of(SyncTimes times, string? preloaded = null)
    {
        string measured = $"4 KiB and fdatasync: half of {times.Count} in {Text(times.Median)}, 99 of 100 in {Text(times.P99)}, the slowest {Text(times.Slowest)}";
        var (level, advice) = times switch
        {
            _ when preloaded is not null => (FindingLevel.Fault, $"The broker's process has {preloaded} loaded, which makes syncs do nothing: start it without."),
            _ when times.Median < FasterThanAnyDisk => (FindingLevel.Fault, "No disk answers so fast: this is memory, or something on the way (a virtual machine's cache=unsafe, a controller, eatmydata) says yes before it is so. What is acknowledged is lost with the power. Give a disk that syncs."),
            _ when times.Median < Doubtful => (FindingLevel.Warning, "Few disks answer so fast, those with a memory that is kept through a loss of power: be sure that yours is one, and that no cache on the way lies."),
            _ when times.Median > Slow => (FindingLevel.Warning, "Every publish waits for a sync: use a disk with flash, or one near by; publishers that have many messages in flight feel it less."),
            _ when times.Slowest > Stalls => (FindingLevel.Warning, "The disk stalled while it was measured: look for who else writes to it; a publish waits as long."),
            _ => (FindingLevel.Fine, (string?)null),
        };
        return new Finding(Check, level)
        {
            Text = measured,
            Advice = advice,
            Values = new Dictionary<string, object>
            {
                ["writes"] = times.Count, ["p50Microseconds"] = times.Median.TotalMicroseconds, ["p99Microseconds"] = times.P99.TotalMicroseconds,
                ["maxMicroseconds"] = times.Slowest.TotalMicroseconds,
            },
        };
    }

    private static string? Preloaded(DiagnosisScene scene) =>
        scene.BrokerProcess is > 0 and { } process && scene.Host.ReadLines($"/proc/{process}/maps").Any(line => line.Contains("libeatmydata", StringComparison.Ordinal))
            ? "libeatmydata"
            : null;

    private static string Text(TimeSpan time) => time < TimeSpan.FromMilliseconds(1)
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMicroseconds:0} µs")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms");
}
