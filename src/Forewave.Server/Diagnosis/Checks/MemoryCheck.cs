using System.Globalization;

namespace Forewave.Server.Diagnosis.Checks;

/// <summary><c>memory</c>: what the host and the control group leave, next to what the settings may take.</summary>
internal static class MemoryCheck
{
    private const string Check = "memory";
    private const long Mebibyte = 1024 * 1024;

    // The runtime, code and a quiet broker's own.
    private const long Quiet = 160 * Mebibyte;

    /// <summary>Looks.</summary>
    public static IEnumerable<Finding> Look(DiagnosisScene scene)
    {
        long? available = MeminfoOf(scene.Host, "MemAvailable");
        if (available is not { } free)
            yield break;
        string process = scene.BrokerProcess is > 0 and { } id ? id.ToString(CultureInfo.InvariantCulture) : "self";
        var group = ControlGroup.Read(scene.Host, process);
        long needed = Quiet + scene.Options.RecentMemoryBytes;
        long most = needed + scene.Options.FrameMemoryBytes + scene.Options.CursorMemoryBytes + scene.Options.HttpBodyMemoryBytes
            + scene.Options.DeduplicationMemoryBytes + scene.Options.KeyIndexMemoryBytes;
        long limit = group.LimitBytes ?? long.MaxValue;
        bool runs = scene.BrokerProcess is not null;
        var (level, advice) = limit switch
        {
            _ when limit < needed => (FindingLevel.Fault, $"The control group's limit is below what a quiet broker takes ({Sizes.Text(needed)}): raise it (MemoryMax, resources.limits.memory), or lower recentMemoryBytes."),
            _ when limit < most => (FindingLevel.Warning, $"Under load the settings allow {Sizes.Text(most)}, and the kernel kills what goes over the limit: raise it, or lower frameMemoryBytes, cursorMemoryBytes and httpBodyMemoryBytes."),
            _ when group.Kills > 0 => (FindingLevel.Warning, $"The kernel has killed {group.Kills} processes of this control group for memory: raise its limit, or lower the settings above."),
            _ when !runs && free < needed => (FindingLevel.Fault, $"A quiet broker takes {Sizes.Text(needed)}: free memory."),
            _ when free < (runs ? Quiet : most) => (FindingLevel.Warning, $"The host has little memory left; the settings allow {Sizes.Text(most)}: free some, or lower frameMemoryBytes, cursorMemoryBytes and httpBodyMemoryBytes."),
            _ => (FindingLevel.Fine, (string?)null),
        };
        Dictionary<string, object> values = new() { ["availableBytes"] = free, ["neededBytes"] = needed, ["allowedBytes"] = most };
        if (group.LimitBytes is { } bound)
            values["limitBytes"] = bound;
        yield return new Finding(Check, level)
        {
            Text = $"{Sizes.Text(free)} are available{(group.LimitBytes is { } shown ? $", the control group's limit is {Sizes.Text(shown)}" : "")}; a quiet broker takes {Sizes.Text(needed)}, the settings allow {Sizes.Text(most)}",
            Advice = advice, Values = values,
        };
    }

    private static long? MeminfoOf(HostFiles host, string name)
    {
        string[]? words = Array.Find(host.ReadLines("/proc/meminfo"), line => line.StartsWith(name + ":", StringComparison.Ordinal))?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words is { Length: >= 2 } && long.TryParse(words[1], CultureInfo.InvariantCulture, out long kibibytes) ? kibibytes * 1024 : null;
    }
}
