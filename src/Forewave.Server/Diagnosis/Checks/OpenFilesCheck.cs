using System.Globalization;
using Forewave.Protocol;

namespace Forewave.Server.Diagnosis.Checks;

/// <summary><c>open-files</c>: the limit of the broker's process, or of this one where none runs, next to the connections that it allows.</summary>
internal static class OpenFilesCheck
{
    private const string Check = "open-files";
    private const long KeptBack = 1_000;
    private const long Few = 4_096;

    /// <summary>Looks.</summary>
    public static IEnumerable<Finding> Look(DiagnosisScene scene)
    {
        int? process = scene.BrokerProcess is > 0 and { } id ? id : null;
        string where = process is { } broker ? string.Create(CultureInfo.InvariantCulture, $"/proc/{broker}") : "/proc/self";
        if (HardLimit(scene.Host.ReadLines($"{where}/limits")) is not { } limit)
            yield break;
        Dictionary<string, object> values = new() { ["limit"] = limit, ["maxConnections"] = scene.Options.MaxConnections };
        if (process is not null && scene.Host.CountNames($"{where}/fd") is { } used)
            values["open"] = used;
        var (level, advice) = limit switch
        {
            < KeptBack + 16 => (FindingLevel.Fault, "The broker needs 1,000 for itself: raise the limit (ulimit -n, LimitNOFILE)."),
            _ when limit < Math.Min(scene.Options.MaxConnections + KeptBack, Few) => (
                FindingLevel.Warning, $"The broker takes {Math.Max(limit - KeptBack, 16)} connections only: raise the limit (ulimit -n, LimitNOFILE=65536)."),
            _ when values.TryGetValue("open", out object? open) && (int)open > limit * 9 / 10 => (FindingLevel.Warning, "Nearly all are open: raise the limit, or look for clients that open connections without end."),
            _ => (FindingLevel.Fine, (string?)null),
        };
        string whose = process is { } running ? $"process {running}" : "a process of this user";
        yield return new Finding(Check, level)
        {
            Text = $"{whose} may have {limit} open files: {Math.Clamp(limit - KeptBack, 16, Math.Min(scene.Options.MaxConnections, Limits.MaxConnections))} connections",
            Advice = advice, Values = values,
        };
    }

    // Max open files            1024                 1048576              files; the broker raises the first to the second.
    private static long? HardLimit(string[] lines)
    {
        string[]? words = lines.FirstOrDefault(line => line.StartsWith("Max open files", StringComparison.Ordinal))?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words is not { Length: >= 5 } ? null : words[4] == "unlimited" ? long.MaxValue : long.Parse(words[4], CultureInfo.InvariantCulture);
    }
}
