using Forewave.Server.Interop;

namespace Forewave.Server.Diagnosis.Checks;

/// <summary><c>file-system</c>: of which kind the data folder's file system is.</summary>
internal static class FileSystemCheck
{
    private const string Check = "file-system";

    private static readonly Dictionary<long, string> Names = new()
    {
        [0xEF53] = "ext4", [0x58465342] = "xfs", [0x9123683E] = "btrfs", [0x2FC12FC1] = "zfs", [0x01021994] = "tmpfs", [0x858458F6] = "ramfs",
        [0x794C7630] = "overlayfs", [0x6969] = "nfs", [0xFF534D42] = "cifs", [0xFE534D42] = "smb2", [0x65735546] = "fuse", [0xF2F52010] = "f2fs",
        [0x01021997] = "9p", [0x00C36400] = "ceph",
    };

    /// <summary>Looks.</summary>
    public static IEnumerable<Finding> Look(DiagnosisScene scene)
    {
        if (scene.IsOnFiles && LibC.StatFileSystem(scene.ExistingFolder, out var fields) == 0)
            yield return Of(NameOf(fields.Type));
    }

    /// <summary>The kind that a magic number is of; the number where it is not known.</summary>
    public static string NameOf(long type) => Names.GetValueOrDefault(type & 0xFFFFFFFF, $"0x{type & 0xFFFFFFFF:x}");

    /// <summary>What there is to say of a kind.</summary>
    public static Finding Of(string name)
    {
        var (level, advice) = name switch
        {
            "tmpfs" or "ramfs" => (FindingLevel.Fault, "It is memory: nothing survives a restart of the host. Give a folder on a disk."),
            "overlayfs" => (FindingLevel.Warning, "It is the layer of a container, and goes with it: mount a volume."),
            "nfs" or "cifs" or "smb2" or "fuse" or "9p" or "ceph" => (
                FindingLevel.Warning, "Whether a sync there reaches stable storage, and the folder's lock keeps a second broker out, is for that file system to say: a local disk is what Forewave is tested on."),
            _ => (FindingLevel.Fine, (string?)null),
        };
        return new Finding(Check, level) { Text = $"the data folder is on {name}", Advice = advice, Values = new Dictionary<string, object> { ["kind"] = name } };
    }
}
