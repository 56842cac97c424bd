using System.Globalization;

namespace Forewave.Server.Diagnosis.Checks;

/// <summary>The memory of a process' control group, of version 2 or 1.</summary>
internal sealed record ControlGroup
{
    // Version 1 says so where there is no limit.
    private const long NoLimit = 1L << 60;

    /// <summary>The lowest limit on the way from the group to the root; null: none.</summary>
    public long? LimitBytes { get; init; }

    /// <summary>How many of its processes the kernel has killed for memory.</summary>
    public long Kills { get; init; }

    /// <summary>Reads that of a process.</summary>
    /// <param name="host">The kernel's files.</param>
    /// <param name="process">Its id, or <c>self</c>.</param>
    public static ControlGroup Read(HostFiles host, string process)
    {
        foreach (string line in host.ReadLines($"/proc/{process}/cgroup"))
        {
            // 0::/system.slice/forewave.service, or of version 1: 5:memory:/docker/…
            string[] words = line.Split(':', 3);
            if (words.Length == 3 && words[1].Length == 0)
                return ReadAt(host, ("/sys/fs/cgroup", "memory.max"), words[2]);
            if (words.Length == 3 && words[1].Split(',').Contains("memory"))
                return ReadAt(host, ("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), words[2]);
        }
        return new ControlGroup();
    }

    // In a container the path may be that of the host: then the mount's root is the group.
    private static ControlGroup ReadAt(HostFiles host, (string Mount, string LimitFile) version, string path)
    {
        long? limit = null;
        long kills = 0;
        for (string at = path.TrimEnd('/'); ; at = at[..at.LastIndexOf('/')])
        {
            if (LimitOf(host.Read($"{version.Mount}{at}/{version.LimitFile}")) is { } bytes)
                limit = Math.Min(limit ?? long.MaxValue, bytes);
            kills = Math.Max(kills, at == path.TrimEnd('/') ? KillsOf(host.ReadLines($"{version.Mount}{at}/memory.events")) : 0);
            if (at.Length == 0)
                return new ControlGroup { LimitBytes = limit, Kills = kills };
        }
    }

    private static long? LimitOf(string? text) =>
        long.TryParse(text, CultureInfo.InvariantCulture, out long bytes) && bytes < NoLimit ? bytes : null;

    private static long KillsOf(string[] lines) =>
        Array.Find(lines, line => line.StartsWith("oom_kill ", StringComparison.Ordinal)) is { } line
            && long.TryParse(line.Split(' ')[1], CultureInfo.InvariantCulture, out long count) ? count : 0;
}
