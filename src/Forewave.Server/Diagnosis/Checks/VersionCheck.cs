using System.Reflection;
using System.Runtime.InteropServices;
using Forewave.Storage;
using Forewave.Storage.Files;
using Forewave.Storage.Files.Disk;

namespace Forewave.Server.Diagnosis.Checks;

/// <summary><c>versions</c>: of the program, its SDK and what is under them, and of the data folder's format.</summary>
internal static class VersionCheck
{
    private const string Check = "versions";

    /// <summary>Looks.</summary>
    public static IEnumerable<Finding> Look(DiagnosisScene scene)
    {
        string broker = VersionOf(typeof(ForewaveBroker));
        string sdk = VersionOf(typeof(Client.ForewaveClient));
        Dictionary<string, object> values = new()
        {
            ["broker"] = broker, ["sdk"] = sdk, ["runtime"] = RuntimeInformation.FrameworkDescription,
            ["system"] = RuntimeInformation.OSDescription, ["architecture"] = RuntimeInformation.ProcessArchitecture.ToString(),
        };
        bool isRight = OperatingSystem.IsLinux() && Environment.Is64BitProcess;
        yield return new Finding(Check, isRight || !scene.IsOnFiles ? FindingLevel.Fine : FindingLevel.Fault)
        {
            Text = $"forewave {broker}, SDK {sdk}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription} on {RuntimeInformation.ProcessArchitecture}",
            Advice = isRight ? null : "The store on files needs 64-bit Linux: run the broker there, in a container, or in WSL.",
            Values = values,
        };
        if (scene.IsOnFiles && File.Exists(Path.Combine(scene.Options.DataFolder, "MANIFEST")))
            yield return FormatOf(scene);
    }

    private static Finding FormatOf(DiagnosisScene scene)
    {
        try
        {
            var facts = FilesStore.Inspect(PosixDisk.OpenFolder(scene.Options.DataFolder));
            return new Finding("format", facts!.Partition.Value == scene.Options.Partition ? FindingLevel.Fine : FindingLevel.Fault)
            {
                Text = $"the data folder has format {facts.FormatVersion} of partition {facts.Partition}, was last opened under epoch {facts.Epoch}, and has {facts.Segments} segments of {facts.SegmentBytes} bytes",
                Advice = facts.Partition.Value == scene.Options.Partition ? null : $"The settings say partition {scene.Options.Partition}: give each partition a folder of its own.",
                Values = new Dictionary<string, object>
                {
                    ["format"] = facts.FormatVersion, ["partition"] = facts.Partition.Value, ["epoch"] = facts.Epoch.Value, ["segments"] = facts.Segments, ["segmentBytes"] = facts.SegmentBytes,
                },
            };
        }
        catch (Exception unreadable) when (unreadable is StoreException or DiskException)
        {
            return new Finding("format", FindingLevel.Fault)
            {
                Text = unreadable.Message, Advice = "A broker would not start on this folder: do what the text says.",
            };
        }
    }

    private static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
