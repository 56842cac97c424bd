using System.Globalization;
using Forewave.Server.Interop;

namespace Forewave.Server.Diagnosis;

/// <summary>
/// Who has a data folder open. Asks the kernel's list of locks, and does not try the lock itself: a broker that starts in that moment
/// would find it taken.
/// </summary>
internal static class FolderHolder
{
    /// <summary>The process; null when nobody has the folder open. 0 where it is not of this container.</summary>
    public static int? Find(string folder, HostFiles host)
    {
        string path = Path.GetFullPath(Path.Combine(folder, "LOCK"));
        if (!File.Exists(path) || FileNumbers.Of(path) is not { } file)
            return null;
        int? named = int.TryParse(new HostFiles().Read(path), NumberStyles.None, CultureInfo.InvariantCulture, out int id) ? id : null;
        foreach (string line in host.ReadLines("/proc/locks"))
        {
            if (ProcessOf(line, file, named) is { } process)
                return process;
        }
        return null;
    }

    // 12: FLOCK  ADVISORY  WRITE 4711 fe:01:1835009 0 EOF
    // Some file systems have another device here than for whoever looks at the file: there the id in the file has to be the same.
    private static int? ProcessOf(string line, FileNumbers file, int? named)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 6 || words[1] != "FLOCK" || !int.TryParse(words[4], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int process))
            return null;
        string inode = string.Create(CultureInfo.InvariantCulture, $":{file.Inode}");
        bool isThis = words[5] == file.Device + inode || (words[5].EndsWith(inode, StringComparison.Ordinal) && process == named);
        return isThis ? Math.Max(process, 0) : null;
    }
}
