using System.Globalization;

namespace Forewave.Bench.Peers;

/// <summary>What the figures were measured on; never its name or place.</summary>
internal static class Machine
{
    public static string Describe()
    {
        var model = FieldOf("/proc/cpuinfo", "model name") ?? "unknown processor";
        var memoryKilobytes = long.Parse((FieldOf("/proc/meminfo", "MemTotal") ?? "0 kB").Split(' ')[0], CultureInfo.InvariantCulture);
        var kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        var fileSystem = DriveInfo.GetDrives().Where(drive => Path.GetTempPath().StartsWith(drive.Name, StringComparison.Ordinal))
            .MaxBy(drive => drive.Name.Length)?.DriveFormat ?? "unknown";
        return $"{model}, {Environment.ProcessorCount} cores, {memoryKilobytes / 1e6:F0} GB, {fileSystem}, Linux {kernel}, .NET {Environment.Version}";
    }

    private static string? FieldOf(string file, string name) =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim();
}
