using Forewave.Server.Interop;

namespace Forewave.Server.Diagnosis.Checks;

/// <summary><c>folder</c>: the data folder is there, or can be made, may be written by this user, and who has it open.</summary>
internal static class FolderCheck
{
    private const string Check = "folder";

    /// <summary>Looks.</summary>
    public static IEnumerable<Finding> Look(DiagnosisScene scene)
    {
        if (!scene.IsOnFiles)
            yield break;
        string folder = Path.GetFullPath(scene.Options.DataFolder);
        Dictionary<string, object> values = new() { ["path"] = folder, ["exists"] = Directory.Exists(folder) };
        if (scene.BrokerProcess is { } process)
            values["process"] = process;
        yield return Problem(scene, folder) is (string text, string advice)
            ? new Finding(Check, FindingLevel.Fault) { Text = text, Advice = advice, Values = values }
            : new Finding(Check, FindingLevel.Fine) { Text = $"{folder} {State(scene)}", Values = values };
    }

    private static string State(DiagnosisScene scene) => scene switch
    {
        { BrokerProcess: > 0 and { } process } => $"is open in process {process}",
        { BrokerProcess: not null } => "is open in a process of another container",
        _ when Directory.Exists(scene.Options.DataFolder) => "is there, and nobody has it open",
        _ => "is not there yet: a broker makes it",
    };

    private static (string Text, string Advice)? Problem(DiagnosisScene scene, string folder)
    {
        if (File.Exists(folder))
            return ($"{folder} is a file", "Give a folder, or the path of one that is to be made.");
        string looked = Directory.Exists(folder) ? folder : Path.GetDirectoryName(folder) ?? folder;
        if (!Directory.Exists(looked))
            return ($"{looked} is not there, and a broker makes the last name of a path only", "Make that folder first.");
        bool mayWrite = LibC.Access(looked, LibC.MayWrite) == 0;
        bool isLeft = Directory.Exists(Path.Combine(folder, "segments")) && !File.Exists(Path.Combine(folder, "MANIFEST")) && HasFiles(Path.Combine(folder, "segments"));
        return (mayWrite, isLeft) switch
        {
            (false, _) => ($"this user ({Environment.UserName}) may not write to {looked}", "Check its owner and mode, and that its file system is mounted writable; or run this as the broker's user."),
            (_, true) => ($"{folder} has segments and no MANIFEST, so their order is not known", "Restore it from a backup (docs/operations/backup.md), or give an empty folder."),
            _ => null,
        };
    }

    private static bool HasFiles(string folder) => Directory.EnumerateFiles(folder).Any();
}
