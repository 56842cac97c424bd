using Forewave.Server.Diagnosis.Checks;

namespace Forewave.Server.Diagnosis;

/// <summary>
/// Looks whether this host and these settings let a broker keep its promises, with and without one that runs. Changes nothing: what it
/// writes to measure the disk has no name and is gone when it ends.
/// </summary>
internal static class HostDiagnosis
{
    /// <summary>All findings, in the order of docs/operations/doctor.md.</summary>
    public static async Task<IReadOnlyList<Finding>> RunAsync(ForewaveBrokerOptions options, IReadOnlyList<string> unknownVariables, CancellationToken cancellation)
    {
        HostFiles host = new();
        DiagnosisScene scene = new()
        {
            Options = options, UnknownVariables = unknownVariables, Host = host,
            BrokerProcess = options.Store == StoreKind.Files ? FolderHolder.Find(options.DataFolder, host) : null,
            Time = options.TimeProvider,
        };
        ClockWatch clock = ClockWatch.Begin(scene.Time);
        List<Finding> findings =
        [
            .. VersionCheck.Look(scene), .. SettingCheck.Look(scene), .. FolderCheck.Look(scene), .. FileSystemCheck.Look(scene), .. SpaceCheck.Look(scene),
            .. await SyncCheck.LookAsync(scene, cancellation), .. OpenFilesCheck.Look(scene), .. MemoryCheck.Look(scene),
            .. KernelCheck.Look(scene), .. LibraryCheck.Look(scene), .. await BrokerCheck.LookAsync(scene, cancellation),
        ];
        findings.AddRange(ClockCheck.Look(scene, ClockState.Read(), clock.End(scene.Time)));
        return findings;
    }

    /// <summary>The worst level of some findings.</summary>
    public static FindingLevel WorstOf(IReadOnlyList<Finding> findings) => findings.Count == 0 ? FindingLevel.Fine : findings.Max(finding => finding.Level);
}
