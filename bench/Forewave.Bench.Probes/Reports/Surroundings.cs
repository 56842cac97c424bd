using System.Globalization;

namespace Forewave.Bench.Probes.Reports;

/// <summary>What the figures were measured on and when; never the machine's name or place.</summary>
internal sealed record Surroundings(DateTimeOffset Date, string Machine)
{
    public static Surroundings Of(string folder)
    {
        var model = FieldOf("/proc/cpuinfo", "model name") ?? "unknown processor";
        var memoryKilobytes = long.Parse((FieldOf("/proc/meminfo", "MemTotal") ?? "0 kB").Split(' ')[0], CultureInfo.InvariantCulture);
        var kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        var path = Path.GetFullPath(folder);
        var fileSystem = DriveInfo.GetDrives().Where(drive => path.StartsWith(drive.Name, StringComparison.Ordinal))
            .MaxBy(drive => drive.Name.Length)?.DriveFormat ?? "unknown";
        var machine = $"{model}, {Environment.ProcessorCount} cores, {memoryKilobytes / 1e6:F0} GB, {fileSystem}, Linux {kernel}, .NET {Environment.Version}";
        return new Surroundings(TimeProvider.System.GetUtcNow(), machine);
    }

    private static string? FieldOf(string file, string name) =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim();
}
