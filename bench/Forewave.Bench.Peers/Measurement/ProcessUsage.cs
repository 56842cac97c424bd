using System.Globalization;

namespace Forewave.Bench.Peers.Measurement;

/// <summary>What processes have used, read from /proc.</summary>
internal readonly record struct ProcessUsage
{
    // USER_HZ, the unit of /proc/<pid>/stat, is 100 on every Linux that .NET runs on; a page there is 4 KiB or Environment's.
    private const double ClockTicksPerSecond = 100;

    /// <summary>Processor time, user and system, with that of children that have ended.</summary>
    public required TimeSpan Cpu { get; init; }

    public required long ResidentBytes { get; init; }

    /// <summary>The processes with all their descendants. One that ended meanwhile counts as nothing.</summary>
    public static ProcessUsage OfTrees(IReadOnlyList<int> processIds)
    {
        var stats = ReadAll();
        var wanted = new HashSet<int>(processIds);
        while (stats.Values.Any(stat => wanted.Contains(stat.Parent) && wanted.Add(stat.Id)))
        {
            // Each pass adds the children of what the pass before has added.
        }

        var members = wanted.Where(stats.ContainsKey).Select(id => stats[id]).ToList();
        return new ProcessUsage
        {
            Cpu = TimeSpan.FromSeconds(members.Sum(stat => stat.ClockTicks) / ClockTicksPerSecond),
            ResidentBytes = members.Sum(stat => stat.ResidentPages) * Environment.SystemPageSize,
        };
    }

    /// <summary>Of this process and of those children that have ended; a broker that still runs is not in it.</summary>
    public static TimeSpan OwnCpu() =>
        TimeSpan.FromSeconds(ProcessStat.Parse(File.ReadAllText("/proc/self/stat")).ClockTicks / ClockTicksPerSecond);

    private static Dictionary<int, ProcessStat> ReadAll()
    {
        var stats = new Dictionary<int, ProcessStat>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && TryRead(folder) is { } text)
            {
                stats[id] = ProcessStat.Parse(text);
            }
        }

        return stats;
    }

    private static string? TryRead(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "stat"));
        }
        catch (IOException)
        {
            return null; // It ended between the listing and the reading.
        }
    }
}
