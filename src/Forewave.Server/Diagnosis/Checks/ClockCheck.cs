using System.Globalization;

namespace Forewave.Server.Diagnosis.Checks;

/// <summary><c>clock</c>: whether somebody keeps it right, whether it was stepped while this ran, and whether it is behind what the folder holds.</summary>
internal static class ClockCheck
{
    private const string Check = "clock";
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LargeError = TimeSpan.FromSeconds(1);

    /// <summary>Looks.</summary>
    /// <param name="scene">What is looked at.</param>
    /// <param name="state">What the kernel says; null where it does not tell.</param>
    /// <param name="stepped">By how much the wall clock was stepped meanwhile.</param>
    public static IEnumerable<Finding> Look(DiagnosisScene scene, ClockState? state, TimeSpan stepped)
    {
        yield return OfState(state);
        if (stepped.Duration() > Step)
        {
            yield return new Finding(Check, FindingLevel.Warning)
            {
                Text = string.Create(CultureInfo.InvariantCulture, $"the clock was stepped by {stepped.TotalMilliseconds:0} ms while this ran"),
                Advice = "Delayed messages come earlier or later by it: let the clock be slewed (chrony, ntpd) instead of stepped.",
                Values = new Dictionary<string, object> { ["steppedMilliseconds"] = stepped.TotalMilliseconds },
            };
        }
        if (scene.IsOnFiles && Ahead(scene) is { } ahead)
        {
            yield return new Finding(Check, FindingLevel.Warning)
            {
                Text = string.Create(CultureInfo.InvariantCulture, $"the data folder was written {ahead.TotalSeconds:0} s in the future of this clock"),
                Advice = "The clock was set back since, or is wrong: until it has caught up publish times stand still and delayed messages come late.",
                Values = new Dictionary<string, object> { ["aheadSeconds"] = ahead.TotalSeconds },
            };
        }
    }

    private static Finding OfState(ClockState? state) => state switch
    {
        null => new Finding(Check, FindingLevel.Fine) { Text = "the kernel does not tell whether the clock is kept right (it does not tell in some containers)" },
        { IsSynchronised: false } => new Finding(Check, FindingLevel.Warning)
        {
            Text = "nobody keeps the clock right, as far as the kernel knows",
            Advice = "Run chrony, ntpd or systemd-timesyncd: times of delivery, expiry and retention follow this clock.",
            Values = Values(state),
        },
        _ when state.MaxError > LargeError => new Finding(Check, FindingLevel.Warning)
        {
            Text = string.Create(CultureInfo.InvariantCulture, $"the clock is kept, and may be wrong by {state.MaxError.TotalSeconds:0.0} s"),
            Advice = "Look whether chrony, ntpd or systemd-timesyncd still reaches its servers.",
            Values = Values(state),
        },
        _ => new Finding(Check, FindingLevel.Fine)
        {
            Text = string.Create(CultureInfo.InvariantCulture, $"the clock is kept right, within {state.MaxError.TotalMilliseconds:0} ms"), Values = Values(state),
        },
    };

    private static Dictionary<string, object> Values(ClockState state) =>
        new() { ["synchronised"] = state.IsSynchronised, ["maxErrorMilliseconds"] = state.MaxError.TotalMilliseconds };

    private static TimeSpan? Ahead(DiagnosisScene scene)
    {
        string manifest = Path.Combine(scene.Options.DataFolder, "MANIFEST");
        if (!File.Exists(manifest))
            return null;
        var ahead = File.GetLastWriteTimeUtc(manifest) - scene.Time.GetUtcNow().UtcDateTime;
        return ahead > TimeSpan.FromSeconds(2) ? ahead : null;
    }
}
